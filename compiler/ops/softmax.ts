import { defineOp } from "./define-op.ts";
import { perEntry } from "./flops.ts";
import { float, sample } from "./sample.ts";
import { call, named } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

export const softmax = defineOp({
  name: "softmax",
  summary: "exp(x) over its sum along one axis.",
  inputs: ["x"],
  outputs: ["y"],
  constraints: { C1: "an axis of x" },
  infer({ x }, { axis }: { axis: number }, require) {
    require("C1", axis >= 0 && axis < x.shape.length);
    return { y: x };
  },
  // dx = y (dy - Σ y dy)
  gradient: (g, { outputs: { y }, d: { y: dy }, attributes: { axis } }) => ({
    x: dy && v.multiply(g, y, v.subtract(g, dy, v.reduceSum(g, v.multiply(g, y, dy), [axis], true))),
  }),
  onnx: (w, { x }, { axis }) => ({ y: w.node("Softmax", [x.name], { axis }) }),
  tfjs(k, { x }, { axis }) {
    if (axis === x.shape.length - 1) return { y: k.kernel("Softmax", { logits: x }, { dim: axis }) };
    const largest = k.kernel("Max", { x }, { reductionIndices: [axis], keepDims: true });
    const powers = k.kernel("Exp", { x: k.kernel("Sub", { a: x, b: largest }) });
    return {
      y: k.kernel("RealDiv", { a: powers, b: k.kernel("Sum", { x: powers }, { axis: [axis], keepDims: true }) }),
    };
  },
  // The largest, the difference, exp, the sum, the quotient.
  flops: ({ x }) => perEntry(x, 5),
  torch: (_w, { x }, { axis }) => call("torch.softmax", x, named("dim", axis)),
  samples: [sample([float([2, 3])], { axis: 1 }), sample([float([2, 3, 4])], { axis: 1 })],
  rejects: { C1: sample([float([2])], { axis: 1 }) },
});
