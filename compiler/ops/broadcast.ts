import { type Dim, sameShape } from "../ir/dim.ts";
import { broadcastShapes, sumToShape } from "./broadcasting.ts";
import { defineOp } from "./define-op.ts";
import { movesOnly } from "./flops.ts";
import { float, sample } from "./sample.ts";
import { outputSizes } from "./tfjs-kit.ts";

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
  samples: [sample([float([3, 1])], { shape: [2, 3, 4] }), sample([float([])], { shape: [2] })],
  rejects: { C1: sample([float([3])], { shape: [2] }) },
});
