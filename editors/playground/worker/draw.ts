import { Trace } from "../../../compiler/check/trace.ts";
import type { Analysis } from "../../../compiler/compile.ts";
import type { Drawing } from "../../../compiler/draw/drawing.ts";
import { drawnStage, drawnTimeline } from "../../../compiler/explain/drawings.ts";
import { type Known, knownOf } from "../../../compiler/explain/known.ts";
import { type Made, mainFile, type Spec } from "../protocol.ts";
import { cannot, compiled, makeOf, notPlanned } from "./workspace.ts";

let last: { readonly spec: string; readonly analysis: Analysis; readonly known: Known } | undefined;

/** The drawing of a stage's model, or without a stage that of all stages in their order. */
export function draw({ stage: label, ...spec }: Spec & { readonly stage: string | undefined }): Made<Drawing> {
  const { analysis, known } = traced(spec);
  if (known.stages.length === 0) return cannot(notPlanned);
  if (label === undefined) return makeOf(analysis, () => drawnTimeline(known, mainFile));
  const stage = known.stages.find(({ plan }) => plan.label === label);
  return stage === undefined ? cannot(notPlanned) : makeOf(analysis, () => drawnStage(stage, known));
}

/** A drawing tells what a checker saw on the way, so the spec is compiled with someone who watches. */
function traced(spec: Spec): NonNullable<typeof last> {
  const key = JSON.stringify(spec);
  if (last?.spec === key) return last;
  const trace = new Trace();
  const analysis = compiled(spec, trace);
  last = { spec: key, analysis, known: knownOf(analysis, trace) };
  return last;
}
