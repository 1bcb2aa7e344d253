import { expect, test } from "vitest";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import type { Run } from "../../runtime/run/run-plan.ts";
import { checkLength, trainedFrames } from "../../runtime/train/whole-videos.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { planOf } from "../plan-of.ts";
import { tableOf } from "../runtime/small-table.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { tolerances } from "../tolerances.ts";
import { drawnNumbers, numberRun, writtenBy } from "./number-run.ts";
import { silent } from "./small-run.ts";

/** Stages that differ in their clips alone. */
const spec = `
use "std/aff2.abaw"
use "std/time.abaw"

data faces {
  format: s_aff_wild2
  root:   "nowhere"
  train:  "training_set_annotations.txt"
  val:    "validation_set_annotations.txt"
  fields: {seen: features("seen.safetensors", dims: [12], layout: safetensors, missing: nearest)}
}

model judge(net: module) (seen) {
  head valence = seen -> linear(6) -> net -> linear
}

stage videos(net: module = gru_stack(4, layers: 1, both: true)) = train judge(net) on faces {
  clip:      whole_video()
  loss:      {valence: ccc(valence)}
  optimizer: adamw(1e-2)
  batch: 4, duration: 3 epochs, keep: last
}

whole   = videos()
windows = videos() with {clip: clip(17, pad: mask)}
judged  = videos() with {evaluate: {clip: clip(17, pad: mask)}}
short   = videos(transformer(1, heads: 2, longest: 9))
`;

/** Of 3 to 17 frames. */
const lengths = (video: number) => [9, 3, 17, 5, 12, 4, 8, 16, 3][video] ?? 1;

const named = (run: Run, label: string): StagePlan => {
  const stage = run.plan.stages.find((each) => each.label === label);
  if (stage === undefined) throw new Error(`no ${label}`);
  return stage;
};

const weightsOf = (run: Run, label: string) =>
  new Map([...run.keptOf(named(run, label).hash)].map(([path, { data }]) => [path, Array.from(data, Number)]));

test("whole videos are clips as long as the longest in training, and alone where they are judged", async () => {
  const root = drawnNumbers(lengths);
  const run = numberRun(root, temporaryFolder(), {}, spec);
  // Nine places, and a video of 17 frames: that stage is not trained, the others are.
  await expect(run.train()).rejects.toThrow(
    "short: the longest video has 17 rows, which its model does not take: slice needs bounds within the axis (C1), but got [9, 6]. A clip cuts them",
  );
  // The weights are those of windows that hold every video.
  expect(weightsOf(run, "whole")).toEqual(weightsOf(run, "windows"));
  expect(weightsOf(run, "whole")).toEqual(weightsOf(run, "judged"));
  const alone = await run.predict(named(run, "whole"), "valence", "val");
  const padded = await run.predict(named(run, "judged"), "valence", "val");
  expect(alone.length).toBe(8 + 16 + 3);
  expect(largestDifference(alone, Array.from(padded))).toBeLessThan(tolerances.engineValues);
});

test("a training on whole videos that is interrupted ends at the same bytes", async () => {
  const root = drawnNumbers(lengths);
  const [straight, stopped] = [temporaryFolder(), temporaryFolder()];
  const only = spec.replace(/^(windows|judged|short) .*$/gm, "");
  await numberRun(root, straight, {}, only).train();
  const interruption = new AbortController();
  let steps = 0;
  const watch = { ...silent, step: () => void (++steps === 2 && interruption.abort()) };
  expect(await numberRun(root, stopped, { watch, signal: interruption.signal }, only).train()).toBe(false);
  const again = numberRun(root, stopped, {}, only);
  expect(await again.train()).toBe(true);
  expect(writtenBy(stopped)).toEqual(writtenBy(straight));
  expect(writtenBy(straight).size).toBeGreaterThan(1);
});

test("a recurrence is not written out over thousands of steps", () => {
  const stage = planOf(spec).stages.find(({ label }) => label === "whole");
  if (stage === undefined) throw new Error("no stage");
  const rows = (count: number) => Int32Array.from({ length: count }, (_, i) => i);
  const table = tableOf([Array.from(rows(2049)), [1, 2]]);
  expect(() => trainedFrames(stage, table, rows(2051))).toThrow(
    "whole: the longest video has 2049 rows, and a recurrence is trained over at most 2048: clip(2048, pad: mask) in training",
  );
  expect(trainedFrames(stage, tableOf([[4, 5, 6], [1]]), rows(4))).toBe(3);
  // Judged, it is one node, whatever the length.
  expect(() => checkLength("whole", stage.graphs.evaluation(), 100_000)).not.toThrow();
});
