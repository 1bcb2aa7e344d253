import { defineOp } from "./define-op.ts";
import { entriesOf } from "./flops.ts";
import { float, integers, sample } from "./sample.ts";
import { call, method, named } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

type Settings = { readonly axis: number; readonly reverse: boolean };

export const cumulativeSum = defineOp({
  name: "cumulative_sum",
  summary: "Each entry with all before it along one axis added, `reverse`: with all behind it.",
  inputs: ["x"],
  outputs: ["y"],
  constraints: { C1: "floating-point numbers", C2: "an axis of x" },
  infer({ x }, { axis }: Settings, require) {
    require("C1", x.dtype === "float32");
    require("C2", axis >= 0 && axis < x.shape.length);
    return { y: x };
  },
  // An entry is in the sums of all behind it: dx_i = Σ_{j ≥ i} dy_j.
  gradient: (g, { d, attributes: { axis, reverse } }) => ({ x: d.y && v.cumulativeSum(g, d.y, axis, !reverse) }),
  onnx: (w, { x }, { axis, reverse }) => ({
    y: w.node(
      "CumSum",
      [x.name, w.constant("int64", [], BigInt64Array.of(BigInt(axis)))],
      reverse ? { reverse: 1 } : {},
    ),
  }),
  tfjs: (k, { x }, { axis, reverse }) => ({ y: k.kernel("Cumsum", { x }, { axis, exclusive: false, reverse }) }),
  flops: ({ x }) => entriesOf(x),
  torch(_w, { x }, { axis, reverse }) {
    const from = reverse ? method(x, "flip", String(axis)) : x;
    const sums = call("torch.cumsum", from, named("dim", axis));
    return reverse ? method(sums, "flip", String(axis)) : sums;
  },
  samples: [
    sample([float([2, 4])], { axis: 1, reverse: false }),
    sample([float([2, 4, 3])], { axis: 1, reverse: true }),
  ],
  rejects: {
    C1: sample([integers([3], 3)], { axis: 0, reverse: false }),
    C2: sample([float([3])], { axis: 1, reverse: false }),
  },
});
