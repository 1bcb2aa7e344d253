import { GraphBuilder } from "../ir/builder.ts";
import { resizeGraph } from "../ir/resize.ts";
import type { StagePlan } from "../lower/plan.ts";
import { opRules } from "../ops/index.ts";
import { expandForOnnx } from "../passes/index.ts";
import { type Peak, peakOf } from "./live.ts";

/** The most that an evaluation keeps at one time beside weights, of so many frames, or clips of so many frames, at once. */
export function evaluationPeak({ graphs }: StagePlan, batch: number, frames: number): Peak {
  const sizes = new Map([
    ["batch", batch],
    ["time", frames],
  ]);
  return peakOf(expandForOnnx(resizeGraph(graphs.evaluation(), sizes, new GraphBuilder(opRules))), () => false);
}
