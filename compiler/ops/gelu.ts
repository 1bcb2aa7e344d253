import type { GraphBuilder } from "../ir/builder.ts";
import type { Value } from "../ir/graph.ts";
import { defineOp } from "./define-op.ts";
import { float, integers, sample } from "./sample.ts";
import { call } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

export const gelu = defineOp({
  name: "gelu",
  summary: "x Φ(x), Φ the distribution function of the normal distribution (exact, by erf).",
  inputs: ["x"],
  outputs: ["y"],
  constraints: { C1: "floating-point numbers" },
  infer({ x }, _, require) {
    require("C1", x.dtype === "float32");
    return { y: x };
  },
  // dx = dy (Φ(x) + x φ(x)), φ(x) = exp(-x²/2) / √(2π)
  gradient: (g, { inputs: { x }, d }) => {
    if (d.y === undefined) return { x: undefined };
    const density = v.exp(g, v.scale(g, v.square(g, x), -0.5));
    const slope = v.add(g, distribution(g, x), v.multiply(g, v.scale(g, x, 1 / Math.sqrt(2 * Math.PI)), density));
    return { x: v.multiply(g, d.y, slope) };
  },
  expand: (g, { x }) => ({ y: v.multiply(g, x, distribution(g, x)) }),
  // In the order in which onnxruntime knows it and makes one node of it; in training Φ is shared with the gradient.
  faster(g, { x }, _, purpose) {
    if (purpose === "training") return undefined;
    const twice = v.shift(g, v.errorFunction(g, v.divide(g, x, g.scalar(Math.SQRT2))), 1);
    return { y: v.scale(g, v.multiply(g, x, twice), 0.5) };
  },
  torch: (_w, { x }) => call("F.gelu", x),
  samples: [sample([float([2, 3])])],
  rejects: { C1: sample([integers([2], 3)]) },
});

function distribution(g: GraphBuilder, x: Value): Value {
  return v.shift(g, v.scale(g, v.errorFunction(g, v.scale(g, x, Math.SQRT1_2)), 0.5), 0.5);
}
