import { defineOp } from "./define-op.ts";
import { movesOnly } from "./flops.ts";
import { float, integers, sample } from "./sample.ts";
import { call, pythonNumber } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

export const reverseGradient = defineOp({
  name: "reverse_gradient",
  summary: "The value itself; the gradient flows back with its sign turned, times `scale`.",
  inputs: ["x"],
  outputs: ["y"],
  constraints: { C1: "floating-point numbers" },
  infer({ x }, _: { scale: number }, require) {
    require("C1", x.dtype === "float32");
    return { y: x };
  },
  gradient: (g, { d, attributes: { scale } }) => ({ x: d.y && v.scale(g, d.y, -scale) }),
  onnx: (_w, { x }) => ({ y: x.name }),
  tfjs: (_k, { x }) => ({ y: x }),
  flops: movesOnly,
  torch: (_w, { x }, { scale }) => call("reverse_gradient", x, pythonNumber(scale)),
  samples: [sample([float([2, 3])], { scale: 2 })],
  rejects: { C1: sample([integers([2], 3)], { scale: 2 }) },
});
