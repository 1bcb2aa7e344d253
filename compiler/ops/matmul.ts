import type { GraphBuilder } from "../ir/builder.ts";
import { productOf, sameDim } from "../ir/dim.ts";
import type { Value } from "../ir/graph.ts";
import { broadcastShapes, sumToShape } from "./broadcasting.ts";
import { defineOp } from "./define-op.ts";
import { float, sample } from "./sample.ts";
import { binds, infix } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

export const matmul = defineOp({
  name: "matmul",
  summary: "Products of the matrices in the last two axes; the axes before them broadcast.",
  inputs: ["a", "b"],
  outputs: ["y"],
  constraints: {
    C1: "two tensors of at least two axes",
    C2: "columns of a = rows of b",
    C3: "leading axes that match from the right, sizes equal or 1",
  },
  infer({ a, b }, _, require) {
    require("C1", a.shape.length >= 2 && b.shape.length >= 2);
    require("C2", sameDim(a.shape.at(-1) ?? -1, b.shape.at(-2) ?? -2));
    const leading = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
    require("C3", leading !== undefined);
    return { y: { dtype: a.dtype, shape: [...(leading ?? []), a.shape.at(-2) ?? 1, b.shape.at(-1) ?? 1] } };
  },
  // dA = dY Bᵀ, dB = Aᵀ dY
  gradient(g, { inputs: { a, b }, d }) {
    if (d.y === undefined) return { a: undefined, b: undefined };
    return {
      a: sumToShape(g, v.matmul(g, d.y, flip(g, b)), a.type.shape),
      b: sumToShape(g, v.matmul(g, flip(g, a), d.y), b.type.shape),
    };
  },
  onnx: (w, { a, b }) => ({ y: w.node("MatMul", [a.name, b.name]) }),
  tfjs: (k, { a, b }) => ({ y: k.matmul(a, b, false, false) }),
  flops: ({ a }, { y }) => productOf([2, ...y.shape, a.shape.at(-1) ?? 1]),
  torch: (_w, { a, b }) => infix(a, "@", b, binds.product),
  samples: [
    sample([float([2, 3]), float([3, 4])]),
    sample([float([2, 5, 2, 3]), float([2, 5, 3, 4])]),
    sample([float([5, 2, 3]), float([3, 4])]),
  ],
  rejects: {
    C1: sample([float([3]), float([3, 4])]),
    C2: sample([float([2, 3]), float([4, 4])]),
    C3: sample([float([2, 2, 3]), float([3, 3, 4])]),
  },
});

function flip(g: GraphBuilder, x: Value): Value {
  const rank = x.type.shape.length;
  const order = x.type.shape.map((_, i) => i);
  return v.transpose(g, x, [...order.slice(0, -2), rank - 1, rank - 2]);
}
