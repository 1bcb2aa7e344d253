import type { TensorData } from "../ir/graph.ts";
import { defineOp } from "./define-op.ts";
import { movesOnly } from "./flops.ts";
import { float, sample } from "./sample.ts";
import { method } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

export const transpose = defineOp({
  name: "transpose",
  summary: "Axes in another order: axis i of the result is axis order[i] of x.",
  inputs: ["x"],
  outputs: ["y"],
  constraints: { C1: "an order that names every axis once" },
  infer({ x }, { order }: { order: readonly number[] }, require) {
    require("C1", order.length === x.shape.length && [...order].sort((a, b) => a - b).every((axis, i) => axis === i));
    return { y: { dtype: x.dtype, shape: order.map((axis) => x.shape[axis] ?? 1) } };
  },
  gradient: (g, { d, attributes: { order } }) => ({
    x:
      d.y &&
      v.transpose(
        g,
        d.y,
        order.map((_, i) => order.indexOf(i)),
      ),
  }),
  onnx: (w, { x }, { order }) => ({ y: w.node("Transpose", [x.name], { perm: order }) }),
  tfjs: (k, { x }, { order }) => ({ y: k.kernel("Transpose", { x }, { perm: order }) }),
  fold: ([x], { order }, node) =>
    x === undefined ? new Float32Array() : reorder(x, (node.inputs[0]?.type.shape ?? []).map(Number), order),
  flops: movesOnly,
  torch: (_w, { x }, { order }) => method(x, "permute", ...order.map(String)),
  samples: [sample([float([2, 3, 4])], { order: [2, 0, 1] }), sample([float([2, 3])], { order: [1, 0] })],
  rejects: { C1: sample([float([2, 3])], { order: [0, 0] }) },
});

function reorder(x: TensorData, shape: readonly number[], order: readonly number[]): TensorData {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const sizes = order.map((axis) => shape[axis] ?? 1);
  const steps = order.map((axis) => strides[axis] ?? 0);
  const at = sizes.map(() => 0);
  const y = x.slice();
  let from = 0;
  for (let i = 0; i < y.length; i++) {
    const entry = x[from];
    if (entry !== undefined) y[i] = entry;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      const step = steps[axis] ?? 0;
      const next = (at[axis] ?? 0) + 1;
      if (next < (sizes[axis] ?? 1)) {
        at[axis] = next;
        from += step;
        break;
      }
      from -= step * (next - 1);
      at[axis] = 0;
    }
  }
  return y;
}
