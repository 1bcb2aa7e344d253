import { defineOp } from "./define-op.ts";
import { perEntry } from "./flops.ts";
import { float, sample } from "./sample.ts";
import { call, named } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

export const logSoftmax = defineOp({
  name: "log_softmax",
  summary: "The logarithm of the softmax along one axis.",
  inputs: ["x"],
  outputs: ["y"],
  constraints: { C1: "an axis of x" },
  infer({ x }, { axis }: { axis: number }, require) {
    require("C1", axis >= 0 && axis < x.shape.length);
    return { y: x };
  },
  // dx = dy - exp(y) Σ dy
  gradient: (g, { outputs: { y }, d: { y: dy }, attributes: { axis } }) => ({
    x: dy && v.subtract(g, dy, v.multiply(g, v.exp(g, y), v.reduceSum(g, dy, [axis], true))),
  }),
  expand(g, { x }, { axis }) {
    const away = v.subtract(g, x, v.reduceMax(g, x, [axis], true));
    return { y: v.subtract(g, away, v.log(g, v.reduceSum(g, v.exp(g, away), [axis], true))) };
  },
  onnx: (w, { x }, { axis }) => ({ y: w.node("LogSoftmax", [x.name], { axis }) }),
  webgpu: "expand",
  tfjs(k, { x }, { axis }) {
    const largest = k.kernel("Max", { x }, { reductionIndices: [axis], keepDims: true });
    const below = k.kernel("Sub", { a: x, b: largest });
    const sum = k.kernel("Sum", { x: k.kernel("Exp", { x: below }) }, { axis: [axis], keepDims: true });
    return { y: k.kernel("Sub", { a: below, b: k.kernel("Log", { x: sum }) }) };
  },
  // The largest, the difference, exp, the sum, the difference to its logarithm.
  flops: ({ x }) => perEntry(x, 5),
  torch: (_w, { x }, { axis }) => call("F.log_softmax", x, named("dim", axis)),
  samples: [sample([float([2, 3])], { axis: 1 }), sample([float([2, 3, 4])], { axis: 1 })],
  rejects: { C1: sample([float([2])], { axis: 1 }) },
});
