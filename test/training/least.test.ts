import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSafetensors } from "../../runtime/checkpoints/safetensors.ts";
import type { Run } from "../../runtime/run/run-plan.ts";
import { readProgress } from "../../runtime/train/checkpoint.ts";
import { readMetrics } from "../../runtime/train/metrics-log.ts";
import { stageFiles } from "../../runtime/train/stage-files.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { tolerances } from "../tolerances.ts";
import { drawnNumbers, numberRun, numberSpec, writtenBy } from "./number-run.ts";
import { silent } from "./small-run.ts";

const start = numberSpec.slice(0, numberSpec.indexOf("stage alone"));
const specOf = (block: string, temporal = false) => `${start}
stage one = train system([au, valence]${temporal ? ", temporal: true" : ""}) on faces {
  optimizer: adamw(1e-2), seed: 2, duration: 4 epochs
  ${block}
}
`;
const loss =
  "loss: {v: ccc(valence), both: 0.5 * mse(valence) + bce(au, pos_weight: balanced), near: mse(x, stop(x) * 0.5)}";

async function trained(spec: string, root: string): Promise<Run> {
  const run = numberRun(root, temporaryFolder(), {}, spec);
  expect(await run.train()).toBe(true);
  return run;
}

const stageOf = ({ plan: { stages } }: Run) => {
  const [stage] = stages;
  if (stage === undefined) throw new Error("there is no stage");
  return stage;
};
const weightsOf = (run: Run) => readSafetensors(fileOf(run, stageFiles.kept)).tensors;
const fileOf = (run: Run, name: string) => join(run.options.folder.stage(stageOf(run)), name);

describe("keep: least(..)", () => {
  test.each([
    ["frames", "batch: 7", false],
    ["clips, the last of each video padded", "clip: clip(5), batch: 2", true],
  ])("is of all judged rows at once, of %s: 1 − CCC is the score's", async (_, block, temporal) => {
    const root = drawnNumbers();
    const run = await trained(specOf(`${loss}, ${block}, keep: least(loss.v)`, temporal), root);
    const records = readMetrics(fileOf(run, stageFiles.log));
    expect(records.length).toBe(4);
    for (const { kept, scores } of records)
      expect(Math.abs((kept ?? Number.NaN) - (1 - (scores["valence"] ?? 0)))).toBeLessThan(tolerances.scores);
    // The same weights are the best by that score.
    const other = await trained(specOf(`${loss}, ${block}, keep: best(score(valence))`, temporal), root);
    expect(weightsOf(run)).toEqual(weightsOf(other));
  });

  test("of a term that reads the model and what is counted is kept under its name, and the least", async () => {
    const root = drawnNumbers();
    const keep = "keep: {both: least(loss.both), near: least(loss.near), au: best(score(au))}";
    const run = await trained(specOf(`${loss}, batch: 8, ${keep}`), root);
    const best = readProgress(fileOf(run, stageFiles.last))?.best ?? {};
    expect(Object.keys(best)).toEqual(["both", "near", "au"]);
    const alone = await trained(specOf(`${loss}, batch: 8, keep: least(loss.both)`), root);
    const seen = readMetrics(fileOf(alone, stageFiles.log)).map(({ kept }) => kept ?? Number.NaN);
    expect(new Set(seen).size).toBeGreaterThan(1);
    expect(best["both"]?.value).toBe(Math.min(...seen));
  });

  test("is kept where a training that was interrupted goes on", async () => {
    const [root, folder] = [drawnNumbers(), temporaryFolder()];
    const spec = specOf(`${loss}, batch: 8, keep: least(loss.both), patience: 2 epochs`);
    const whole = await trained(spec, root);
    const interruption = new AbortController();
    let steps = 0;
    const watch = { ...silent, step: () => void (++steps === 13 && interruption.abort()) };
    expect(await numberRun(root, folder, { watch, signal: interruption.signal }, spec).train()).toBe(false);
    expect(await numberRun(root, folder, {}, spec).train()).toBe(true);
    expect(writtenBy(folder)).toEqual(writtenBy(whole.options.folder.path));
  });

  test("judges a model without a head", async () => {
    const spec = `${start}
model again() (seen) { wanted = stop(seen), y = seen -> face -> linear(12) }

stage one = train again() on faces {
  loss: {rest: mse(y, wanted)}, keep: least(loss.rest), optimizer: adamw(1e-2), batch: 8, duration: 4 epochs
}
`;
    const run = await trained(spec, drawnNumbers());
    const seen = readMetrics(fileOf(run, stageFiles.log)).map(({ kept }) => kept ?? Number.NaN);
    expect(seen.toSorted((a, b) => b - a)).toEqual(seen);
    expect(seen.at(-1)).toBeLessThan(0.9 * (seen[0] ?? 0));
  });
});
