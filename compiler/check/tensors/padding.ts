import { type Dim, printDim, sameDim } from "../../ir/dim.ts";
import type { Value } from "../../ir/graph.ts";
import * as v from "../../ops/vocabulary.ts";
import type { Use } from "../tensor-function.ts";
import { dimsOf, type TensorThing } from "../things.ts";

/**
 * 1 for the real frames of a tensor over time and 0 for hidden padding, [batch, 1, .., time, .., 1] beside it; undefined where nothing is
 * hidden. Of frames that are no longer those of the clip, such as `x[time: 1 ..]`, it is not known which are real.
 */
export function presentBeside(use: Use, x: TensorThing): Value | undefined {
  const { present } = use;
  const i = x.axes.indexOf("time");
  if (present === undefined || !x.batched || i < 0) return undefined;
  const [batch = 1, time = 1] = present.type.shape;
  const own = dimsOf(x)[i] ?? 1;
  if (!sameDim(own, time))
    return use.refuse(
      "op-refuses",
      {
        callee: `\`${use.name}\``,
        reason: `it leaves padding out, and which of these ${printDim(own)} frames are padding is not known, since they were cut from the clip`,
      },
      { help: "cut after it, or pad the clip with `repeat` or `zero`" },
    );
  return v.reshape(use.g, present, [batch, ...dimsOf(x).map((_, k): Dim => (k === i ? time : 1))]);
}
