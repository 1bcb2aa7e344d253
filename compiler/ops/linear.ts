import type { GraphBuilder } from "../ir/builder.ts";
import { addDims, type Dim, productOf, sameDim, sameShape, symbolsOf } from "../ir/dim.ts";
import type { Value } from "../ir/graph.ts";
import { defineOp } from "./define-op.ts";
import { entriesOf } from "./flops.ts";
import { float, sample } from "./sample.ts";
import { outputSizes, sizeOf } from "./tfjs-kit.ts";
import { call } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

export const linear = defineOp({
  name: "linear",
  summary: "x Wᵀ + b over the last axis.",
  inputs: ["x", "weight"],
  optional: ["bias"],
  outputs: ["y"],
  constraints: {
    C1: "an x of at least one axis and a weight of [out, in]",
    C2: "last axis of x = in",
    C3: "a bias of [out]",
  },
  infer({ x, weight, bias }, _, require) {
    const [out = 1, into = 1] = weight.shape;
    require("C1", x.shape.length >= 1 && weight.shape.length === 2);
    require("C2", sameDim(x.shape.at(-1) ?? -1, into));
    require("C3", bias === undefined || sameShape(bias.shape, [out]));
    return { y: { dtype: x.dtype, shape: [...x.shape.slice(0, -1), out] } };
  },
  // dX = dY W, dW = dYᵀ X, db = Σ dY, over all leading axes at once
  gradient(g, { inputs: { x, weight, bias }, d }) {
    if (d.y === undefined) return { x: undefined, weight: undefined, bias: undefined };
    const dy = flatten(g, d.y);
    return {
      x: v.reshape(g, v.gemm(g, dy, weight), x.type.shape),
      weight: v.gemm(g, dy, flatten(g, x), { transA: true }),
      bias: bias && v.reduceSum(g, dy, [0]),
    };
  },
  onnx(w, { x, weight, bias }) {
    const shape = x.type.shape;
    const inputs = bias === undefined ? [] : [bias.name];
    if (shape.length === 2) return { y: w.node("Gemm", [x.name, weight.name, ...inputs], { transB: 1 }) };
    const leading = shape.slice(0, -1);
    const out = weight.type.shape[0] ?? 1;
    if (leading.length > 0 && leading.filter((dim) => symbolsOf(dim).length > 0).length > 1) {
      // Two symbolic sizes cannot be put back without computing shapes; a plain product needs none.
      const product = w.node("MatMul", [x.name, w.node("Transpose", [weight.name], { perm: [1, 0] })]);
      return { y: bias === undefined ? product : w.node("Add", [product, bias.name]) };
    }
    const rows = productOf(leading);
    const flat = w.reshape(x.name, shape, [rows, shape.at(-1) ?? 1]);
    return {
      y: w.reshape(w.node("Gemm", [flat, weight.name, ...inputs], { transB: 1 }), [rows, out], [...leading, out]),
    };
  },
  tfjs(k, { x, weight, bias }, _, node) {
    const [out = 1, into = 1] = weight.shape;
    const a = k.reshape(x, [sizeOf(x.shape) / into, into]);
    const product = k.matmul(a, weight, false, true);
    const flat = bias === undefined ? product : k.kernel("Add", { a: product, b: k.reshape(bias, [1, out]) });
    return { y: k.reshape(flat, outputSizes(node)) };
  },
  flops: ({ x, bias }, { y }) =>
    addDims(productOf([2, ...y.shape, x.shape.at(-1) ?? 1]), bias === undefined ? 0 : entriesOf(y)),
  torch: (_w, { x, weight, bias }) => call("F.linear", x, weight, bias),
  samples: [
    sample([float([2, 3]), float([4, 3]), float([4])]),
    sample([float([2, 5, 3]), float([4, 3])]),
    sample([float([3]), float([4, 3]), float([4])]),
  ],
  rejects: {
    C1: sample([float([2, 3]), float([3])]),
    C2: sample([float([2, 3]), float([4, 2])]),
    C3: sample([float([2, 3]), float([4, 3]), float([3])]),
  },
});

function flatten(g: GraphBuilder, x: Value): Value {
  const leading: readonly Dim[] = x.type.shape.slice(0, -1);
  return v.reshape(g, x, [productOf(leading), x.type.shape.at(-1) ?? 1]);
}
