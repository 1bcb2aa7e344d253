import type { Value } from "../ir/graph.ts";
import type { StageBuild } from "./model-build.ts";
import type { Reporter } from "./reporter.ts";
import { axesText } from "./tensors/axes.ts";
import type { TensorThing, Thing } from "./things.ts";
import { describeThing } from "./type.ts";

/**
 * `show: {original: image, drawn: drawn}` (language rule 50): pictures that a report has of the stage, by title, each [batch, (time), c, h, w] with
 * one channel or three in 0..1. They decide nothing of the training.
 */
export function shownOf(
  thing: Thing | undefined,
  { stage }: StageBuild,
  reporter: Reporter,
): ReadonlyMap<string, Value> {
  const pictures = new Map<string, Value>();
  if (thing?.kind !== "map") return pictures;
  for (const [title, value] of thing.entries) {
    if (value.kind === "poison") continue;
    if (value.kind === "tensor" && isPicture(value)) pictures.set(title, value.wire);
    else
      reporter.report("wrong-type", thing.places.get(title) ?? stage.span, {
        what: `\`${title}\` of \`show\``,
        expected: "a picture [c, h, w] of one channel or three",
        actual: value.kind === "tensor" ? axesText(value) : describeThing(value),
      });
  }
  return pictures;
}

function isPicture({ axes, batched, wire: { type } }: TensorThing): boolean {
  const own = axes[0] === "time" ? axes.slice(1) : axes;
  const [channels, height, width] = type.shape.slice(-3);
  return (
    batched &&
    own.length === 3 &&
    (channels === 1 || channels === 3) &&
    typeof height === "number" &&
    typeof width === "number"
  );
}
