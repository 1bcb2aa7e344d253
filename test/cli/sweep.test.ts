import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { jsonSchemas } from "../../cli/json-schemas.ts";
import { readManifest } from "../../runtime/run/manifest.ts";
import { drawnNumbers, numberSpec } from "../training/number-run.ts";
import { abawInProcess } from "./in-process.ts";
import { jsonOf } from "./json-of.ts";

const sweeps = `
sweep weights = joint([au, expr, valence], [alone(au), alone(valence)]) {
  over:   {weight: [0.25, 1.0]}
  report: [score(au), score(valence)]
}

sweep pairs = [joint([au, expr], [alone(au), alone(expr)]), joint([au, expr, valence], [alone(au), alone(valence)], 0.25)] {
  report: [score(au)]
}
`;

function folderWithSpec() {
  const folder = join(drawnNumbers(), "..");
  const set = ["--set", 'faces.root="data"'];
  const write = (text: string) => writeFileSync(join(folder, "spec.abaw"), text);
  write(`${numberSpec}${sweeps}`);
  const say = (...words: readonly string[]) => abawInProcess([...words, ...set], folder);
  return { folder, say, write, run: join(folder, "runs", "spec") };
}

const startedIn = (err: string) =>
  err
    .split("\n")
    .filter((line) => /^\[\d+\/\d+\]/.test(line))
    .map((line) => line.replace(/^\S+ /, ""));

test("a sweep trains what its variants share once, again nothing, and after a change what the change decides", async () => {
  const { say, write, run } = folderWithSpec();
  const first = await say("sweep", "spec.abaw");
  expect(first.status).toBe(0);
  expect(first.out).toMatch(/^sweep weights\n *weight +score\(au\) +score\(valence\)\n/);
  expect(first.out).toMatch(/\nsweep pairs\n/);
  // alone(au), alone(valence), alone(expr), three joints: one of the four is in both sweeps.
  expect(startedIn(first.err).length).toBe(6);
  const manifest = readManifest(run);
  expect(manifest.stages.map(({ trained }) => trained)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(manifest.sweeps).toEqual([
    { name: "weights", variants: 2, alone: 8, shared: 5 },
    { name: "pairs", variants: 2, alone: 7, shared: 5 },
  ]);
  expect(readFileSync(join(run, "sweeps", "weights.csv"), "utf8").split("\n")[0]).toBe(
    "weight,of,seeds,score(au),score(au) spread,score(valence),score(valence) spread",
  );

  const again = await say("sweep", "spec.abaw");
  expect([startedIn(again.err), again.out]).toEqual([[], first.out]);

  write(`${numberSpec}${sweeps}`.replace("[0.25, 1.0]", "[0.25, 0.75]"));
  const changed = await say("sweep", "spec.abaw", "weights");
  expect(startedIn(changed.err).length).toBe(1);
  expect(changed.out).not.toContain("sweep pairs");
  expect(readManifest(run).stages.map(({ trained }) => trained)).toEqual([1, 1, 1, 1, 1]);
}, 60_000);

test("only what is named is run, and what it needs", async () => {
  const { say, run } = folderWithSpec();
  const one = await say("run", "spec.abaw", "alone(au)");
  expect([one.status, startedIn(one.err)]).toEqual([0, ["alone(au)"]]);
  const judged = await say("eval", "spec.abaw", "--json");
  expect([judged.status, judged.err]).toEqual([
    0,
    "not trained to the end, and not scored: alone(valence), alone(expr), together, weights[weight: 0.25] and 2 more\n",
  ]);
  expect(JSON.parse(judged.out).results.map(({ of }: { of: string }) => of)).toEqual(["alone(au)"]);
  expect((await say("predict", "spec.abaw", "--of", "alone(au)")).status).toBe(0);
  const none = await say("predict", "spec.abaw", "--of", "together");
  expect([none.status, none.err]).toEqual([1, expect.stringContaining("is not trained in runs/spec")]);
  const kept = join(run, readManifest(run).stages[0]?.folder ?? "", "checkpoints/kept.safetensors");
  truncateSync(kept, 1500);
  rmSync(join(kept, "../../predictions"), { recursive: true });
  const spoilt = await say("predict", "spec.abaw", "--of", "alone(au)");
  expect([spoilt.status, spoilt.err]).toEqual([
    1,
    expect.stringMatching(/^error: .*kept.safetensors: .*\n {2}help: `abaw run` of the spec makes it again\n$/),
  ]);
  const rest = await say("run", "spec.abaw", "together");
  expect(startedIn(rest.err).toSorted()).toEqual(["alone(au)", "alone(expr)", "alone(valence)", "together"]);
  await say("run", "spec.abaw", "alone(expr)");
  const { stages, others } = readManifest(run);
  expect([...stages, ...others].map(({ label, trained }) => [label, trained])).toEqual([
    ["alone(expr)", 1],
    ["alone(au)", 2],
    ["alone(valence)", 1],
    ["together", 1],
  ]);
}, 60_000);

test.each([
  [["run", "spec.abaw", "alone(va)"], 'has no sweep, assembly or stage "alone(va)"; did you mean `alone(au)`?'],
  [["sweep", "spec.abaw", "together"], 'has no sweep "together"; it has weights, pairs'],
])("%j names something that is not there", async (words, message) => {
  const { say } = folderWithSpec();
  const { status, err } = await say(...words);
  expect([status, err.includes(message) ? message : err]).toEqual([1, message]);
});

test("a variant that fails leaves its row empty, is told, and stops no other", async () => {
  const { say, write, run } = folderWithSpec();
  write(`${numberSpec}${sweeps}`.replace("[0.25, 1.0]", "[1e38, 0.25]"));
  const { status, err, out } = await say("sweep", "spec.abaw", "weights");
  expect(status).toBe(1);
  expect(err).toMatch(/error: .*: the loss of `\w+` is (Infinity|NaN) in step 1/);
  const [, , ...rows] = out.split("\n");
  expect(rows.slice(0, 2).map((row) => row.trim().split(/ {2,}/).length)).toEqual([1, 3]);
  expect(readManifest(run).stages.map(({ trained }) => trained)).toEqual([1, 1, 1, 0, 1]);
}, 60_000);

/** What a plan says of each stage, by its label. */
function statusIn(out: string): Readonly<Record<string, string>> {
  const lines = out.split("\n");
  const heads = lines.flatMap((line, i) => (/^\d+\. /.test(line) ? [i] : []));
  return Object.fromEntries(
    heads.map((at, k) => [
      lines[at]?.replace(/^\d+\. /, "") ?? "",
      lines
        .slice(at + 3, heads[k + 1] ?? lines.length)
        .findLast((line) => /^ {3}(to be|trained|begun)/.test(line))
        ?.trim() ?? "",
    ]),
  );
}

test("a plan says what is trained, what is not, and why something is not any more", async () => {
  const { folder, say, write, run } = folderWithSpec();
  const before = await say("plan", "spec.abaw");
  expect(statusIn(before.out)["alone(au)"]).toBe("");
  const estimated = /^to do: 7 of 7 stages, (\d+) steps; how long that takes is known once a stage is trained; /m.exec(
    before.out,
  );
  // To look at a plan leaves nothing behind.
  expect(existsSync(run)).toBe(false);
  expect((await say("run", "spec.abaw")).status).toBe(0);
  const { stages } = readManifest(run);
  expect(stages.reduce((sum, { steps }) => sum + steps, 0)).toBe(Number(estimated?.[1]));
  const whole = await say("plan", "spec.abaw");
  expect(whole.out).not.toContain("to do:");
  const all = statusIn(whole.out);
  expect(Object.keys(all).length).toBe(7);
  for (const status of Object.values(all)) expect(status).toMatch(/^trained, \d+ steps$/);
  write(
    `${numberSpec}${sweeps}`.replace("weight: float = 0.5", "weight: float = 0.25").replace("ema: 0.9", "ema: 0.8"),
  );
  const again = await say("plan", "spec.abaw");
  expect(again.out).toMatch(/^to do: \d of \d stages, \d+ steps; /m);
  const changed = statusIn(again.out);
  expect(changed["alone(au)"]).toBe("to be trained again: ema changed 0.9 to 0.8");
  expect(changed["together"]).toContain(
    "to be trained again: loss.au changed 0.5 to 0.25, loss.expr changed 0.5 to 0.25, ",
  );
  write(`${numberSpec}${sweeps}`);
  const lines = readFileSync(join(folder, "data/training_set_annotations.txt"), "utf8").trim().split("\n");
  writeFileSync(join(folder, "data/training_set_annotations.txt"), `${lines.slice(0, -1).join("\n")}\n`);
  expect(statusIn((await say("plan", "spec.abaw")).out)["alone(au)"]).toBe(
    "to be trained again: the data, or what it builds on, are not those that it was trained on",
  );
}, 60_000);

test("two runs are compared on the same rows, and what has none in common is refused", async () => {
  const { say, folder } = folderWithSpec();
  const compare = (...words: readonly string[]) => abawInProcess(["compare", ...words], folder);
  expect((await say("run", "spec.abaw", "together")).status).toBe(0);
  expect(
    (await say("run", "spec.abaw", "together", "--out", "runs/other", "--set", "joint.optimizer.lr=1e-2")).status,
  ).toBe(0);
  const { status, out } = await compare("runs/spec", "runs/other", "--of", "together", "--json", "--draws", "200");
  expect(status).toBe(0);
  const found = jsonOf(jsonSchemas.compare, out) as { scores: { task: string; first: number; second: number }[] };
  expect(found.scores.map(({ task }) => task).toSorted()).toEqual(["au", "expr", "valence"]);
  const told = await compare("runs/spec", "runs/spec", "--of", "together", "--and", "alone(au)");
  expect([told.status, told.out]).toEqual([
    0,
    expect.stringMatching(/au +0\.\d{4} +0\.\d{4} .* %\n\n\(1,000 draws of 3 videos/),
  ]);
  for (const [words, message] of [
    [["runs/spec", "runs/none"], "there is no folder runs/none"],
    [["runs/spec", "data"], "data is no run's folder"],
    [["runs/spec", "runs/spec", "--of", "alone(va)"], 'has no assembly or stage "alone(va)"; it has '],
    [["runs/spec", "runs/spec", "--of", "alone(au)", "--and", "alone(valence)"], "have no task in common"],
  ] as const) {
    const refused = await compare(...words);
    expect([refused.status, refused.err.includes(message) ? message : refused.err]).toEqual([1, message]);
  }
}, 60_000);

test("what was trained on other rows is compared on those that judge both", async () => {
  const { say, folder, write } = folderWithSpec();
  write(`${numberSpec}
more = faces with {root: "data", train: "more.txt"}
stage mixed(share: float) = train system([au]) on blend({faces: share, more: 1 - share}) {
  loss: {au: bce(au)}
  batch: 8, duration: 1 epoch
}
half = mixed(0.5)
`);
  const lines = readFileSync(join(folder, "data/training_set_annotations.txt"), "utf8").trim().split("\n");
  writeFileSync(join(folder, "data/more.txt"), `${lines.slice(0, -1).join("\n")}\n`);
  const ran = await say("run", "spec.abaw", "half", "alone(au)");
  expect([ran.status, ran.err]).toEqual([0, expect.any(String)]);
  const words = ["runs/spec", "runs/spec", "--of", "half", "--and", "alone(au)", "--draws", "100"];
  const { status, out } = await abawInProcess(["compare", ...words], folder);
  expect([status, out]).toEqual([0, expect.stringMatching(/^ *au +0\.\d{4} +0\.\d{4} /m)]);
}, 60_000);

test("the best of a search is known after running: until then what needs it is refused, then it is what it is", async () => {
  const { say, write } = folderWithSpec();
  write(`${numberSpec}
sweep tried = alone(au) {
  over:   {optimizer.lr.peak: log(1e-3 .. 1e-1)}
  search: tpe(trials: 11, prune: asha(factor: 3), seed: 1)
  report: [score(au)]
}
assemble final on faces { au: best(tried, score(au)) }
export final
`);
  const planned = await say("plan", "spec.abaw");
  expect(planned.out).toContain("search tried: the first 10 of 11 points; which others follow depends on");
  expect(planned.out).toContain("best of tried[");
  jsonOf(jsonSchemas.plan, (await say("plan", "spec.abaw", "--json")).out);
  const early = await say("export", "spec.abaw");
  expect([early.status, early.err]).toEqual([1, expect.stringContaining("which stage `best` chooses is known once")]);
  const compiled = await say("compile", "spec.abaw", "--target", "onnx");
  expect([compiled.status, compiled.err]).toEqual([1, expect.stringContaining("`abaw run spec.abaw` trains them")]);
  const ran = await say("run", "spec.abaw", "final", "--json");
  expect([ran.status, ran.err]).toEqual([0, expect.stringContaining("search tried: trial 11 of 11\n")]);
  const { results } = jsonOf(jsonSchemas.train, ran.out) as { results: { of: string; score: number }[] };
  expect(results.find(({ of }) => of === "final")?.score).toBe(Math.max(...results.map(({ score }) => score)));
  for (const words of [["eval"], ["export"], ["predict"], ["plan"], ["compile", "--target", "onnx"]] as const) {
    const [name, ...rest] = words;
    const { status, err } = await say(name, "spec.abaw", ...rest);
    expect([name, status, err.includes("known once")]).toEqual([name, 0, false]);
  }
  expect((await say("plan", "spec.abaw")).out).not.toContain("best of");
}, 60_000);

test("a stage that the engine does not train is refused before others are trained", async () => {
  const { say, write } = folderWithSpec();
  write(`${numberSpec}\nhalf = alone(au) with {precision: bf16}\n`);
  const { status, err } = await say("run", "spec.abaw");
  expect(status).toBe(1);
  expect(err).toMatch(/half: `precision: bf16` needs --engine torch/);
  expect(startedIn(err)).toEqual([]);
});
