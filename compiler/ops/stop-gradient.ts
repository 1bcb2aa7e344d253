import { defineOp } from "./define-op.ts";
import { movesOnly } from "./flops.ts";
import { float, sample } from "./sample.ts";
import { method } from "./torch-text.ts";

export const stopGradient = defineOp({
  name: "stop_gradient",
  summary: "The value itself; no gradient flows back through it.",
  inputs: ["x"],
  outputs: ["y"],
  constraints: {},
  infer: ({ x }) => ({ y: x }),
  gradient: undefined,
  onnx: (_w, { x }) => ({ y: x.name }),
  tfjs: (_k, { x }) => ({ y: x }),
  fold: ([x]) => x ?? new Float32Array(),
  flops: movesOnly,
  torch: (_w, { x }) => method(x, "detach"),
  samples: [sample([float([2, 3])])],
  rejects: {},
});
