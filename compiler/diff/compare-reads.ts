import { printShape } from "../ir/dim.ts";
import type { FeatureUse } from "../lower/plan.ts";
import { type Change, compareTextMaps } from "./change.ts";
import { type Side, shownDigits, stageNames } from "./side.ts";

/** What two stages read that was made before: which tensors, of which training or of which network's file, and made how. */
export function compareReads(a: Side, b: Side): readonly Change[] {
  const [nameInA, nameInB] = stageNames(a, b);
  return compareTextMaps("", readsOf(a, nameInA, madeIn(b)), readsOf(b, nameInB, madeIn(a)));
}

function readsOf(
  { stage }: Side,
  nameOf: (hash: string) => string,
  others: ReadonlyMap<string, FeatureUse>,
): ReadonlyMap<string, string> {
  const text = ({ input, stage: hash, tensor, shape, made }: FeatureUse) => {
    const other = others.get(input);
    // Of one training, in a graph that no loss or head of it depends on.
    const otherwise = other !== undefined && other.stage === hash && other.made !== made;
    return `${tensor}${otherwise ? ` #${made.slice(0, shownDigits)}` : ""} of ${nameOf(hash)}, ${printShape(shape)}`;
  };
  const networks = (stage.plan.networks ?? []).flatMap(({ file, made, outputs }) =>
    outputs.map(({ input, output, shape }): [string, string] => {
      const pictures = made.slice(0, shownDigits);
      return [input, `${output ?? "the output"} of ${file}, ${printShape(shape)}, of pictures #${pictures}`];
    }),
  );
  return new Map([...stage.plan.features.map((use): [string, string] => [use.input, text(use)]), ...networks]);
}

function madeIn({ stage }: Side): ReadonlyMap<string, FeatureUse> {
  return new Map(stage.plan.features.map((use) => [use.input, use]));
}
