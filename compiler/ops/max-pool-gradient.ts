import { type Dim, productOf, sameShape } from "../ir/dim.ts";
import { defineOp } from "./define-op.ts";
import { entriesOf } from "./flops.ts";
import { float, integers, sample } from "./sample.ts";
import { sizeOf, sizes } from "./tfjs-kit.ts";

export const maxPoolGradient = defineOp({
  name: "max_pool_gradient",
  summary: "dy added into zeros of a given shape at places counted in the flat tensor.",
  inputs: ["dy", "places"],
  outputs: ["dx"],
  constraints: { C1: "a place for each entry of dy" },
  infer({ dy, places }, { shape }: { shape: readonly Dim[] }, require) {
    require("C1", places.dtype === "int64" && sameShape(dy.shape, places.shape));
    return { dx: { dtype: dy.dtype, shape } };
  },
  // Stands in gradients only, which are not differentiated again.
  gradient: undefined,
  onnx(w, { dy, places }, { shape }) {
    const count = productOf(dy.type.shape);
    const zeros = w.node("Expand", [w.scalar(0), w.sizes([productOf(shape)])]);
    const flat = w.node(
      "ScatterElements",
      [zeros, w.reshape(places.name, places.type.shape, [count]), w.reshape(dy.name, dy.type.shape, [count])],
      { axis: 0, reduction: "add" },
    );
    return { dx: w.reshape(flat, [productOf(shape)], shape) };
  },
  tfjs(k, { dy, places }, { shape }) {
    const count = sizeOf(dy.shape);
    const sums = k.kernel(
      "ScatterNd",
      { indices: k.reshape(places, [count, 1]), updates: k.reshape(dy, [count]) },
      { shape: [sizeOf(sizes(shape))] },
    );
    return { dx: k.reshape(sums, sizes(shape)) };
  },
  flops: ({ dy }) => entriesOf(dy),
  samples: [sample([float([1, 2, 2]), integers([1, 2, 2], 12)], { shape: [1, 3, 4] })],
  rejects: { C1: sample([float([2]), integers([3], 4)], { shape: [4] }) },
});
