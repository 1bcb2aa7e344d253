import { addDims, productOf, sameDim, sameShape } from "../ir/dim.ts";
import { broadcastShapes, sumToShape } from "./broadcasting.ts";
import { defineOp } from "./define-op.ts";
import { entriesOf } from "./flops.ts";
import { float, sample } from "./sample.ts";
import { atom, binds, infix, inside } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

const plain = { transA: false, transB: false };

export const gemm = defineOp({
  name: "gemm",
  summary: "The product of two matrices, each transposed on demand, plus c.",
  inputs: ["a", "b"],
  optional: ["c"],
  outputs: ["y"],
  constraints: {
    C1: "two matrices",
    C2: "columns of a = rows of b, after transposing",
    C3: "a c that broadcasts to the product",
  },
  infer({ a, b, c }, { transA, transB }: { transA: boolean; transB: boolean }, require) {
    require("C1", a.shape.length === 2 && b.shape.length === 2);
    const [rows = 1, inner = 1] = transA ? a.shape.toReversed() : a.shape;
    const [innerB = 1, columns = 1] = transB ? b.shape.toReversed() : b.shape;
    require("C2", sameDim(inner, innerB));
    const shape = [rows, columns];
    const common = c && broadcastShapes(c.shape, shape);
    require("C3", c === undefined || (common !== undefined && sameShape(common, shape)));
    return { y: { dtype: a.dtype, shape } };
  },
  gradient(g, { inputs: { a, b, c }, d: { y: dy }, attributes: { transA, transB } }) {
    if (dy === undefined) return { a: undefined, b: undefined, c: undefined };
    return {
      a: transA ? v.gemm(g, b, dy, { transA: transB, transB: true }) : v.gemm(g, dy, b, { transB: !transB }),
      b: transB ? v.gemm(g, dy, a, { transA: true, transB: transA }) : v.gemm(g, a, dy, { transA: !transA }),
      c: c && sumToShape(g, dy, c.type.shape),
    };
  },
  onnx: (w, { a, b, c }, { transA, transB }) => ({
    y: w.node("Gemm", [a.name, b.name, ...(c === undefined ? [] : [c.name])], {
      transA: Number(transA),
      transB: Number(transB),
    }),
  }),
  tfjs(k, { a, b, c }, { transA, transB }) {
    const product = k.matmul(a, b, transA, transB);
    return { y: c === undefined ? product : k.kernel("Add", { a: product, b: c }) };
  },
  flops: ({ a, c }, { y }, { transA }) =>
    addDims(productOf([2, ...y.shape, a.shape[transA ? 0 : 1] ?? 1]), c === undefined ? 0 : entriesOf(y)),
  torch(_w, { a, b, c }, { transA, transB }) {
    const product = infix(
      transA ? atom(`${inside(a, binds.atom)}.mT`) : a,
      "@",
      transB ? atom(`${inside(b, binds.atom)}.mT`) : b,
      binds.product,
    );
    return c === undefined ? product : infix(product, "+", c, binds.sum);
  },
  samples: [
    sample([float([2, 3]), float([3, 4])], plain),
    sample([float([3, 2]), float([3, 4]), float([4])], { transA: true, transB: false }),
    sample([float([2, 3]), float([4, 3]), float([2, 1])], { transA: false, transB: true }),
    sample([float([3, 2]), float([4, 3]), float([2, 4])], { transA: true, transB: true }),
  ],
  rejects: {
    C1: sample([float([3]), float([3, 4])], plain),
    C2: sample([float([2, 3]), float([4, 4])], plain),
    C3: sample([float([2, 3]), float([3, 4]), float([3])], plain),
  },
});
