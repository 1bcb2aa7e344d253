import { type Dim, sameShape } from "../ir/dim.ts";
import { defineOp, noGradient } from "./define-op.ts";
import { movesOnly } from "./flops.ts";
import { float, type SampleInput, sample } from "./sample.ts";
import { call, named } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

const marks = (shape: readonly number[]): SampleInput => ({ dtype: "bool", shape, domain: "zero or one" });

type Settings = { readonly reverse: boolean; readonly back: boolean };

/**
 * What makes a recurrence skip padding: run forward over packed rows, it sees the real ones alone, one after another, and padding when all
 * is over. It is what PyTorch's packed sequences do, for padding anywhere. A reordering's gradient is the reordering back.
 */
export const packRows = defineOp({
  name: "pack_rows",
  summary:
    "Rows of x [.., n, d] whose `present` [.., n] holds, in their order or in `reverse`, then the others; `back` undoes it.",
  inputs: ["x", "present"],
  outputs: ["y"],
  constraints: { C1: "an x of [.., n, d], of floating-point numbers", C2: "a `present`, true or false, for every row" },
  infer({ x, present }, _: Settings, require) {
    require("C1", x.shape.length >= 2 && x.dtype === "float32");
    require("C2", present.dtype === "bool" && sameShape(x.shape.slice(0, -1), present.shape));
    return { y: x };
  },
  gradient: (g, { inputs: { present }, d, attributes: { reverse, back } }) => ({
    x: d.y && v.packRows(g, d.y, present, { reverse, back: !back }),
    present: noGradient,
  }),
  // The place of a row among the packed: real rows are counted, rows of padding come behind all of them.
  expand(g, { x, present }, { reverse, back }) {
    const { shape } = present.type;
    const axis = shape.length - 1;
    const real = v.cast(g, present, "float32");
    const counted = v.cumulativeSum(g, real, axis, reverse);
    const padding = v.cumulativeSum(g, v.subtract(g, g.scalar(1), real), axis, false);
    const behind = v.add(g, v.reduceSum(g, real, [axis], true), padding);
    const places = v.cast(g, v.shift(g, v.where(g, present, counted, behind), -1), "int64");
    if (back) return { y: v.gatherRows(g, x, places) };
    const column: readonly Dim[] = [...shape, 1];
    const ones = v.broadcast(g, g.scalar(1), shape);
    const rows = v.reshape(g, v.shift(g, v.cumulativeSum(g, ones, axis, false), -1), column);
    const order = v.reshape(g, v.scatterRows(g, rows, places, shape[axis] ?? 1), shape);
    return { y: v.gatherRows(g, x, v.cast(g, order, "int64")) };
  },
  flops: movesOnly,
  torch: (_w, { x, present }, { reverse, back }) =>
    call(
      "pack_rows",
      x,
      present,
      reverse ? named("reverse", "True") : undefined,
      back ? named("back", "True") : undefined,
    ),
  samples: [false, true].flatMap((reverse) =>
    [false, true].map((back) => sample([float([2, 5, 3]), marks([2, 5])], { reverse, back })),
  ),
  rejects: {
    C1: sample([float([5]), marks([5])], { reverse: false, back: false }),
    C2: sample([float([2, 5, 3]), marks([5])], { reverse: false, back: false }),
  },
});
