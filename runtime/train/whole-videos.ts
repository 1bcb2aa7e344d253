import { GraphBuilder } from "../../compiler/ir/builder.ts";
import { type Graph, nodesOf } from "../../compiler/ir/graph.ts";
import { resizeGraph } from "../../compiler/ir/resize.ts";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { opRules } from "../../compiler/ops/index.ts";
import { ConstraintFailure } from "../../compiler/ops/op.ts";
import type { AnnotationTable } from "../data/annotation-table.ts";
import { clipWindows } from "../data/clips/clip-windows.ts";
import { StageError } from "./stage-error.ts";

/** A recurrence is written out step by step in a training graph: at this length two layers of 256 take two minutes of a processor and 1.3 GB to open (bench/growth-point.ts). */
const longestRecurrence = 2048;

const recurrences: ReadonlySet<string> = new Set(["lstm", "gru"]);

/** How many frames the clips of a stage's training have; of whole videos, those of the longest. Undefined without clips. */
export function trainedFrames(plan: StagePlan, table: AnnotationTable, rows: Int32Array): number | undefined {
  if (plan.clip?.whole !== true) return plan.clip?.length;
  const { length } = clipWindows(table, plan.clip, rows);
  const { heads, terms } = plan.graphs.forward();
  const forward: Graph = { name: "forward", outputs: [...heads, ...terms] };
  checkLength(plan.label, forward, length);
  if (length > longestRecurrence && nodesOf(forward).some(({ op }) => recurrences.has(op)))
    throw new StageError(
      plan.label,
      `the longest video has ${length} rows, and a recurrence is trained over at most ${longestRecurrence}: clip(${longestRecurrence}, pad: mask) in training, whole_video() in \`evaluate\``,
    );
  return length;
}

/** Refuses videos that a model does not take at their length, such as one with fewer fixed positions. */
export function checkLength(stage: string, graph: Graph, frames: number): void {
  const sizes = new Map([
    ["batch", 1],
    ["time", frames],
  ]);
  try {
    resizeGraph(graph, sizes, new GraphBuilder(opRules));
  } catch (problem) {
    if (!(problem instanceof ConstraintFailure)) throw problem;
    throw new StageError(
      stage,
      `the longest video has ${frames} rows, which its model does not take: ${problem.message}. A clip cuts them: clip(.., pad: mask)`,
    );
  }
}
