import { type Dim, sameDim, sameShape } from "../ir/dim.ts";
import { broadcastShapes, sumToShape } from "./broadcasting.ts";
import { defineOp } from "./define-op.ts";
import { movesOnly } from "./flops.ts";
import { float, sample } from "./sample.ts";
import { outputSizes } from "./tfjs-kit.ts";
import { method } from "./torch-text.ts";

export const broadcast = defineOp({
  name: "broadcast",
  summary: "x repeated along the axes where it has size 1 or none.",
  inputs: ["x"],
  outputs: ["y"],
  constraints: { C1: "a shape that x broadcasts to" },
  infer({ x }, { shape }: { shape: readonly Dim[] }, require) {
    const common = broadcastShapes(x.shape, shape);
    require("C1", common !== undefined && sameShape(common, shape));
    return { y: { dtype: x.dtype, shape } };
  },
  gradient: (g, { inputs: { x }, d }) => ({ x: d.y && sumToShape(g, d.y, x.type.shape) }),
  onnx: (w, { x }, { shape }) => ({ y: w.node("Expand", [x.name, w.sizes(shape)]) }),
  tfjs: (k, { x }, _, node) => ({ y: k.broadcast(x, outputSizes(node)) }),
  flops: movesOnly,
  torch: (w, { x }, { shape }) =>
    method(x, "expand", ...shape.map((dim, i) => (stays(x.type.shape, shape.length, i, dim) ? "-1" : w.size(dim)))),
  samples: [sample([float([3, 1])], { shape: [2, 3, 4] }), sample([float([])], { shape: [2] })],
  rejects: { C1: sample([float([3])], { shape: [2] }) },
});

function stays(own: readonly Dim[], axes: number, axis: number, size: Dim): boolean {
  return sameDim(own[axis - axes + own.length] ?? 0, size);
}
