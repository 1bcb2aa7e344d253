import { join } from "node:path";
import { expect, test } from "vitest";
import { inputsOf } from "../../compiler/ir/graph.ts";
import { readSafetensors } from "../../runtime/checkpoints/safetensors.ts";
import { stageFiles } from "../../runtime/train/stage-files.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { tolerances } from "../tolerances.ts";
import { drawnNumbers, numberRun, numberSpec } from "./number-run.ts";
import { silent } from "./small-run.ts";

const specOf = (scale: string, steps: number) => `${numberSpec.slice(0, numberSpec.indexOf("model system"))}
model adversarial() (seen) {
  x = seen -> face
  head expr = x -> linear
  head au = x -> reverse(${scale}) -> linear
}

stage one = train adversarial() on faces { optimizer: sgd(0.1), batch: 8, duration: ${steps} steps, keep: last }
`;

test("a reversal whose scale follows a schedule is, step by step, one of that scale, and nothing in evaluation", async () => {
  const root = drawnNumbers();
  const weightsAfter = async (spec: string, steps: number) => {
    const interruption = new AbortController();
    let done = 0;
    const watch = { ...silent, step: () => void (++done === steps && interruption.abort()) };
    const run = numberRun(root, temporaryFolder(), { watch, signal: interruption.signal }, spec);
    await run.train();
    const [stage] = run.plan.stages;
    if (stage === undefined) throw new Error("there is no stage");
    expect(inputsOf(stage.graphs.evaluation()).filter(({ source }) => source.role === "scalar")).toEqual([]);
    return readSafetensors(join(run.options.folder.stage(stage), stageFiles.last)).tensors;
  };
  const falling = specOf("piecewise([1.5, 0.25], at: [0 steps, 4 steps])", 8);
  const [first, whole] = [await weightsAfter(falling, 4), await weightsAfter(falling, 9)];
  const [high, low] = [await weightsAfter(specOf("1.5", 8), 4), await weightsAfter(specOf("1.5", 8), 9)];
  // The encoder is what both heads reach, one of them through the reversal.
  const numbers = (tensors: typeof first) =>
    [...tensors].flatMap(([path, { data }]) => (path.startsWith("weights/face") ? Array.from(data, Number) : []));
  expect(numbers(first).length).toBeGreaterThan(0);
  expect(largestDifference(numbers(first), numbers(high))).toBeLessThan(tolerances.optimiserSteps);
  expect(largestDifference(numbers(whole), numbers(low))).toBeGreaterThan(1e-3);
});
