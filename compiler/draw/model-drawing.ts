import type { Trace } from "../check/trace.ts";
import type { PlannedStage } from "../lower/make-plan.ts";
import type { ParameterPlan } from "../lower/plan.ts";
import { boxOf, withoutLonely } from "./draft.ts";
import type { Box, Drawing } from "./drawing.ts";
import { flowOf } from "./flow.ts";
import {
  type Drawn,
  featureDrafts,
  fieldDrafts,
  foreignDrafts,
  layerDraft,
  lossDrafts,
  ownOpsDraft,
  plainHeadDrafts,
  plainHeads,
} from "./model-boxes.ts";
import { Paths } from "./paths.ts";
import { Places } from "./places.ts";

/** What the drawing of a model tells beside the model itself. */
export interface ModelNotes {
  readonly trace: Trace;
  /** What a person calls the stage with a hash. */
  readonly nameOf: (hash: string) => string;
  /** More of a path and all below it, such as its cost. */
  readonly detailsOf?: (path: string) => Box["details"];
  /** A term of the loss as text of the language. */
  readonly termText?: (term: string) => string | undefined;
}

/**
 * A stage's model: the fields of its data and the features of other stages, its layers and definitions, each in the group of the path around
 * it, its heads and the terms of its loss. Every layer is there; `fold` closes what is too much to look at.
 */
export function modelDrawing({ plan, checked }: PlannedStage, notes: ModelNotes): Drawing {
  const { model } = checked.built;
  const seen = notes.trace.of(model.g);
  const paths = new Paths(seen, model.encoders);
  const flow = flowOf(checked);
  const places = new Places(flow, paths, seen);
  const weights = weightsByPlace(plan.parameters, paths);
  const drawn: Drawn = { plan, checked, flow, paths, places, notes, weightsAt: (path) => weights.get(path) ?? [] };
  const layers = [...flow.ops.keys()].map((path) =>
    places.boxAt(path) === path ? layerDraft(path, drawn) : ownOpsDraft(path, drawn),
  );
  const { groups, boxes } = withoutLonely(
    places.groups.map((path) => layerDraft(path, drawn)),
    [
      ...fieldDrafts(drawn),
      ...featureDrafts(drawn),
      ...foreignDrafts(drawn),
      ...layers,
      ...plainHeadDrafts(drawn),
      ...lossDrafts(drawn),
    ],
  );
  const arrows = [
    ...flow.uses.map(({ from, to }) => [places.boxAt(from), places.boxAt(to)] as const),
    ...[...plainHeads(drawn)].map(([task, place]) => [places.boxAt(place), task] as const),
  ];
  return {
    title: plan.label,
    direction: "down",
    groups: groups.map(boxOf),
    boxes: boxes.map(boxOf),
    arrows: arrows.map(([from, to]) => ({ from, to, label: "", dashed: false })),
  };
}

function weightsByPlace(
  parameters: readonly ParameterPlan[],
  paths: Paths,
): ReadonlyMap<string, readonly ParameterPlan[]> {
  const weights = new Map<string, ParameterPlan[]>();
  for (const parameter of parameters) {
    for (const step of paths.stepsOf(parameter.path)) {
      const known = weights.get(step);
      if (known === undefined) weights.set(step, [parameter]);
      else known.push(parameter);
    }
  }
  return weights;
}
