import { type Dim, productOf, sameDim } from "../ir/dim.ts";
import { defineOp } from "./define-op.ts";
import { movesOnly } from "./flops.ts";
import { float, sample } from "./sample.ts";
import { outputSizes } from "./tfjs-kit.ts";
import { method } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

export const reshape = defineOp({
  name: "reshape",
  summary: "The same entries in the same order, under another shape.",
  inputs: ["x"],
  outputs: ["y"],
  constraints: { C1: "as many entries after as before" },
  infer({ x }, { shape }: { shape: readonly Dim[] }, require) {
    require("C1", sameDim(productOf(x.shape), productOf(shape)));
    return { y: { dtype: x.dtype, shape } };
  },
  gradient: (g, { inputs: { x }, d }) => ({ x: d.y && v.reshape(g, d.y, x.type.shape) }),
  onnx: (w, { x }, { shape }) => ({ y: w.reshape(x.name, x.type.shape, shape) }),
  tfjs: (k, { x }, _, node) => ({ y: k.reshape(x, outputSizes(node)) }),
  fold: ([x]) => x ?? new Float32Array(),
  flops: movesOnly,
  torch(w, { x }, { shape }) {
    if (shape.length === 0) return method(x, "reshape", "()");
    const follows = shape.filter((dim) => typeof dim !== "number").length === 1;
    return method(x, "reshape", ...shape.map((dim) => (follows && typeof dim !== "number" ? "-1" : w.size(dim))));
  },
  samples: [sample([float([2, 3, 4])], { shape: [6, 4] }), sample([float([1, 1])], { shape: [] })],
  rejects: { C1: sample([float([2, 3])], { shape: [5] }) },
});
