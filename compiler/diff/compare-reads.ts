import { printShape } from "../ir/dim.ts";
import type { FeatureUse } from "../lower/plan.ts";
import { type Change, compareTextMaps } from "./change.ts";
import { type Side, stageNames } from "./side.ts";

/** What two stages read of finished stages: which tensors, and of which training. */
export function compareReads(a: Side, b: Side): readonly Change[] {
  const [nameInA, nameInB] = stageNames(a, b);
  return compareTextMaps("", readsOf(a, nameInA), readsOf(b, nameInB));
}

function readsOf({ stage }: Side, nameOf: (hash: string) => string): ReadonlyMap<string, string> {
  const text = ({ stage: hash, tensor, shape }: FeatureUse) => `${tensor} of ${nameOf(hash)}, ${printShape(shape)}`;
  return new Map(stage.plan.features.map((use) => [use.input, text(use)]));
}
