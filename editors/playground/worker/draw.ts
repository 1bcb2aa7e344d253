import { Trace } from "../../../compiler/check/trace.ts";
import type { Analysis } from "../../../compiler/compile.ts";
import { positionOf, type Span } from "../../../compiler/diagnostics/source.ts";
import type { Drawing } from "../../../compiler/draw/drawing.ts";
import { modelDrawing } from "../../../compiler/draw/model-drawing.ts";
import { timelineDrawing, timelineOf } from "../../../compiler/draw/timeline.ts";
import { type Made, mainFile, type Spec } from "../protocol.ts";
import { cannot, compiled, makeOf, notPlanned } from "./workspace.ts";

let last: { readonly spec: string; readonly analysis: Analysis; readonly trace: Trace } | undefined;

/** The drawing of a stage's model, or without a stage that of all stages in their order. */
export function draw({ stage: label, ...spec }: Spec & { readonly stage: string | undefined }): Made<Drawing> {
  const { analysis, trace } = traced(spec);
  const { planned, stages } = analysis;
  if (planned.stages.length === 0) return cannot(notPlanned);
  if (label === undefined)
    return makeOf(analysis, () => withPlaces(timelineDrawing(timelineOf(planned, mainFile)), analysis));
  const stage = stages.find(({ plan }) => plan.label === label);
  if (stage === undefined) return cannot(notPlanned);
  const labels = new Map(planned.stages.map((each) => [each.hash, each.label]));
  return makeOf(analysis, () => modelDrawing(stage, { trace, nameOf: (hash) => labels.get(hash) ?? hash }));
}

/** A drawing tells what a checker saw on the way, so the spec is compiled with someone who watches. */
function traced(spec: Spec): NonNullable<typeof last> {
  const key = JSON.stringify(spec);
  if (last?.spec === key) return last;
  const trace = new Trace();
  last = { spec: key, analysis: compiled(spec, trace), trace };
  return last;
}

/** Stages and assemblies with the line that binds or declares them. */
function withPlaces(drawing: Drawing, { session, stages }: Analysis): Drawing {
  const named = new Map(
    (session.main?.node.declarations ?? []).flatMap((each) =>
      "name" in each ? [[each.name.text, each.name.span] as const] : [],
    ),
  );
  const spans = new Map<string, Span>([
    ...[...named].map(([name, span]) => [`assembly ${name}`, span] as const),
    ...stages.map(
      ({ plan, checked }) =>
        [`stage ${plan.label}`, named.get(plan.label) ?? checked.built.stage.declaration.name.span] as const,
    ),
  ]);
  return {
    ...drawing,
    boxes: drawing.boxes.map((box) => {
      const span = spans.get(box.id);
      if (span === undefined) return box;
      return { ...box, place: { file: span.source.name, line: positionOf(span.source, span.start).line } };
    }),
  };
}
