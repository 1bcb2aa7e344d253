import { copyFileSync, cpSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSafetensors } from "../../runtime/checkpoints/safetensors.ts";
import { synthesise } from "../../runtime/data/synth/index.ts";
import { stageFiles } from "../../runtime/train/stage-files.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { runOf, silent } from "./small-run.ts";

const spec = `use "std/aff2.abaw"

faces = aff2(16) with {root: "nowhere"}

model still() (image) {
  x = image -> view([.., d: 768]) -> linear(16) -> relu
  head expr = x -> linear
}

stage first = train still() on faces { loss: {expr: ce(expr)}, batch: 8, duration: 1 epoch, keep: last }

model after() (image) {
  head valence = first.x -> linear
}

stage second = train after() on faces { loss: {valence: ccc(valence)}, batch: 8, duration: 2 epochs }
`;

async function trained() {
  const [root, folder] = [temporaryFolder(), temporaryFolder()];
  await synthesise({ out: root, videos: 4, frames: 20, seed: 3, size: 16 });
  const run = runOf(spec, root, folder);
  await run.train();
  const [first, second] = run.plan.stages;
  if (first === undefined || second === undefined) throw new Error("no stage");
  const stage = run.options.folder.stage(second);
  const features = join(run.options.folder.stage(first), "features/x-train.safetensors");
  return { root, folder, stage, features, weights: readFileSync(join(stage, stageFiles.kept)) };
}

test("a stage that reads stored features alone opens no picture, in training and validation", async () => {
  const { root, folder, stage, weights } = await trained();
  rmSync(join(root, "cropped_aligned"), { recursive: true });
  rmSync(stage, { recursive: true });
  expect(await runOf(spec, root, folder).train()).toBe(true);
  expect(readFileSync(join(stage, stageFiles.kept)).equals(weights)).toBe(true);
});

test("where pictures that cannot be read are skipped, their rows are found though their features are stored", async () => {
  const { root, folder, stage } = await trained();
  const lines = readFileSync(join(root, "training_set_annotations.txt"), "utf8").split("\n");
  const image = lines[5]?.split(",")[0] ?? "";
  writeFileSync(join(root, "cropped_aligned", image), "no picture");
  rmSync(stage, { recursive: true });
  const run = runOf(spec, root, folder, { onBadRow: "skip" });
  await run.train();
  expect(await run.badImages()).toEqual([expect.stringContaining(image)]);
});

test("features over other data are of their pictures, at the size of the stage that makes them", async () => {
  const [root, other, folder] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  await synthesise({ out: root, videos: 4, frames: 20, seed: 3, size: 16 });
  await synthesise({ out: other, videos: 4, frames: 20, seed: 3, size: 24 });
  cpSync(join(other, "cropped_aligned"), join(root, "others"), { recursive: true });
  const settings = {
    elsewhere: `{root: ${JSON.stringify(other)}}`,
    beside: `{root: ${JSON.stringify(root)}, fields: {image: images("others", size: 24)}}`,
  };
  const made = async (setting: string) => {
    const text = spec
      .replace("\n\n", `\nmore = aff2(24) with ${setting}\n\n`)
      .replace("train after() on faces", "train after() on more");
    const run = runOf(text, root, folder);
    expect(await run.train()).toBe(true);
    const [first, second] = run.plan.stages;
    if (first === undefined || second === undefined) throw new Error("no stage");
    const [own, over] = await Promise.all(
      [first.data, second.data].map((data) => run.feature(run.over(first, data), "x", "train")),
    );
    return { own: own?.values, over: over?.values };
  };
  const elsewhere = await made(settings.elsewhere);
  const beside = await made(settings.beside);
  expect(beside.own).toEqual(elsewhere.own);
  expect(beside.over).toEqual(elsewhere.over);
  expect(beside.over).not.toEqual(beside.own);
});

describe("features of pictures that are there no more", () => {
  /** What is made again, and which passes are made, where the stage that reads features is trained anew. */
  async function again(root: string, folder: string, stage: string) {
    rmSync(stage, { recursive: true });
    const [told, passes]: [string[], Set<string>] = [[], new Set()];
    const watch = {
      ...silent,
      altered: ({ message }: Error) => void told.push(message),
      pass: ({ label }: { readonly label: string }, part: string) => void passes.add(`${label} ${part}`),
    };
    expect(await runOf(spec, root, folder, { watch }).train()).toBe(true);
    return { told, passes: [...passes] };
  }

  test("are computed again, and told", async () => {
    const { root, folder, stage, features } = await trained();
    const before = readSafetensors(features).tensors.get("x")?.data;
    const pictures = readFileSync(join(root, "training_set_annotations.txt"), "utf8").split("\n");
    const [here, there] = [3, 30].map((line) => join(root, "cropped_aligned", pictures[line]?.split(",")[0] ?? ""));
    copyFileSync(there ?? "", here ?? "");
    const { told, passes } = await again(root, folder, stage);
    expect(passes).toEqual(["first train", "second val"]);
    expect(told).toEqual([
      expect.stringMatching(
        /features\/x-train\.safetensors: it is of other pictures: \S+\.jpg has \d+ bytes, and had \d+$/,
      ),
    ]);
    expect(readSafetensors(features).tensors.get("x")?.data).not.toEqual(before);
    expect(await again(root, folder, stage)).toEqual({ told: [], passes: ["second val"] });
  });

  test("are read where the pictures are a copy", async () => {
    const { root, folder, stage, weights } = await trained();
    const pictures = join(root, "cropped_aligned");
    cpSync(pictures, join(root, "copy"), { recursive: true });
    rmSync(pictures, { recursive: true });
    renameSync(join(root, "copy"), pictures);
    expect(await again(root, folder, stage)).toEqual({ told: [], passes: ["second val"] });
    expect(readFileSync(join(stage, stageFiles.kept)).equals(weights)).toBe(true);
  });
});
