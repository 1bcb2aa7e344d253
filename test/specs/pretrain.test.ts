import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { jsonSchemas } from "../../cli/json-schemas.ts";
import { readSpec } from "../../cli/read-spec.ts";
import { readSafetensors } from "../../runtime/checkpoints/safetensors.ts";
import { abawInProcess } from "../cli/in-process.ts";
import { jsonOf } from "../cli/json-of.ts";

const specs = fileURLToPath(new URL("../../specs/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "abaw-pretrain-"));
symlinkSync(specs, join(folder, "specs"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const say = (...words: readonly string[]) => abawInProcess(words, folder);

test.each([undefined, "toy"])("specs/pretrain/bp4d.abaw checks, profile %s", (profile) => {
  const { plan, diagnostics } = readSpec(join(specs, "pretrain/bp4d.abaw"), profile === undefined ? {} : { profile });
  expect(diagnostics.filter(({ severity }) => severity !== "note")).toEqual([]);
  expect(plan?.stages.length).toBe(1);
});

/** MAE's own code: shifts, scales of norms and the class token have no decay; a network tuned for units is slower by 0.65 a layer, from the top. */
test.each([
  ["pretrain/mae.abaw", "units()"],
  ["pretrain/bp4d.abaw", "coded_units"],
  ["table5/netease.abaw", "units_first"],
] as const)("specs/%s tunes in %s with the rates and decays of MAE's recipe", (name, label) => {
  const stage = readSpec(join(specs, name), {}).plan?.stages.find((each) => each.label === label);
  if (stage === undefined) throw new Error(`${name} has no ${label}`);
  const wrong = stage.parameters.filter(({ path, shape, group }) => {
    const { rate, weightDecay } = stage.groups[group ?? -1] ?? {};
    const block = /blocks\[(\d+)\]/.exec(path)?.[1];
    const layers = /trunk\.(cls|embed)/.test(path) ? 13 : block === undefined ? 0 : 12 - Number(block);
    const factor = rate?.kind === "scaled" ? rate.factor : 1;
    const vector = shape.length === 1 || path.endsWith("cls");
    return Math.abs(factor - 0.65 ** layers) > 1e-9 || weightDecay !== (vector ? 0 : 0.05);
  });
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

/** There its tokens decay: timm's rule asks for one axis. */
test.each([
  ["pretrain/mae.abaw", "pretrained"],
  ["table5/netease.abaw", "pretrain"],
] as const)("specs/%s pre-trains in %s without decay of shifts and norms", (name, label) => {
  const stage = readSpec(join(specs, name), {}).plan?.stages.find((each) => each.label === label);
  if (stage === undefined) throw new Error(`${name} has no ${label}`);
  const kept = stage.parameters.filter(({ group }) => stage.groups[group ?? -1]?.weightDecay === 0);
  const vectors = stage.parameters.filter(({ path, shape }) => shape.length === 1 && !path.endsWith(".hidden"));
  expect(vectors.length).toBeGreaterThan(0);
  expect(kept.map(({ path }) => path)).toEqual(vectors.map(({ path }) => path));
});

test("trains on tables in BP4D's format and keeps the encoder that specs/netease starts from", {
  timeout: 120_000,
}, async () => {
  const drawn = await say(..."data synth --format bp4d --videos 16 --frames 6 --size 32 --out data/BP4D".split(" "));
  expect([drawn.status, drawn.out]).toEqual([0, "data/BP4D: 16 videos of 6 drawn faces\n"]);
  const set = [
    ["dim", "16"],
    ["depth", "1"],
    ["heads", "2"],
    ["side", "32"],
    ["encoder.weights", "none"],
    ["bp4d.split", "random_split(0.6, by: subject, seed: 1)"],
    ["coded_units.batch", "8"],
    ["coded_units.duration", "4 steps"],
    ["coded_units.optimizer.lr", "1e-3"],
  ].flatMap(([path, value]) => ["--set", `${path}=${value}`]);
  const counted = jsonOf(
    jsonSchemas.stats,
    (await say("data", "stats", "specs/pretrain/bp4d.abaw", "--json", ...set)).out,
  );
  expect(counted).toMatchObject({ data: [{ name: "bp4d", root: "data/BP4D", synthetic: true, withoutImage: 0 }] });
  const trained = await say("train", "specs/pretrain/bp4d.abaw", "--out", "runs/bp4d", ...set);
  expect([trained.status, trained.out]).toEqual([0, expect.stringMatching(/^coded_units +coded +mean F1 /m)]);
  const stages = readdirSync(join(folder, "runs/bp4d/stages"));
  expect(stages).toEqual([expect.stringMatching(/^coded-units-/)]);
  const { tensors } = readSafetensors(
    join(folder, "runs/bp4d/stages", stages[0] ?? "", "checkpoints/kept.safetensors"),
  );
  expect([...tensors.keys()].filter((name) => !name.startsWith("coded."))).toEqual(
    expect.arrayContaining(["face.trunk.embed.weight", "face.trunk.blocks[0].attn.qkv.weight", "face.norm.weight"]),
  );
});

test("specs/table5/netease.abaw as a toy: an encoder that saw faces without labels, then action units", {
  timeout: 240_000,
}, async () => {
  const small = [
    "--profile",
    "toy",
    "--set",
    "stage.duration=2 steps",
    "--set",
    "data.format=synthetic(videos: 8, frames: 4)",
  ];
  const { status, out } = await say("run", "specs/table5/netease.abaw", "pretrain", "units_first", ...small);
  expect([status, out]).toEqual([0, expect.stringMatching(/^units_first +bp4d_au +mean F1 /m)]);
  expect(readdirSync(join(folder, "runs/netease/stages")).length).toBe(2);
});

test("a network for BP4D begins as the pre-trained one, and the winner's as that of BP4D, by the lines of the specs", {
  timeout: 120_000,
}, async () => {
  const small = [
    "dim=16",
    "depth=1",
    "heads=2",
    "side=32",
    "stage.batch=8",
    "stage.duration=1 steps",
    "data.format=synthetic(videos: 8, frames: 4)",
  ].flatMap((setting) => ["--set", setting]);
  const steps = [
    ["pretrain/mae", "pretrained", "mae_face_vitb16", ["--set", "drawer={depth: 1, dim: 16, heads: 2}"]],
    ["pretrain/bp4d", "coded_units", "bp4d_au_vitb16", []],
    ["netease/table3", "F_au", "none", []],
  ] as const;
  mkdirSync(join(folder, "weights"));
  for (const [spec, stage, file, more] of steps) {
    const set = [...small, ...more];
    const { status, err } = await say("run", `specs/${spec}.abaw`, stage, "--out", `runs/${file}`, ...set);
    expect([status, err]).toEqual([0, expect.not.stringContaining("not-looked-at")]);
    const [label = ""] = readdirSync(join(folder, "runs", file, "stages"));
    copyFileSync(
      join(folder, "runs", file, "stages", label, "checkpoints/kept.safetensors"),
      join(folder, "weights", `${file}.safetensors`),
    );
  }
});

test("names a format that it does not draw", async () => {
  const refused = await say("data", "synth", "--format", "bp4", "--out", "data/none");
  expect([refused.status, refused.err]).toEqual([
    1,
    expect.stringContaining("--format takes s_aff_wild2, aff_wild2, bp4d"),
  ]);
});
