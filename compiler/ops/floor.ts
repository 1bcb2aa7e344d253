import { defineUnary } from "./unary.ts";

export const floor = defineUnary({
  name: "floor",
  summary: "The largest integer not above x; slope 0.",
  onnx: "Floor",
  tfjs: "Floor",
  torch: "torch.floor",
  scalar: Math.floor,
  gradient: undefined,
});
