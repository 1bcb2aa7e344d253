import { defineUnary } from "./unary.ts";
import * as v from "./vocabulary.ts";

export const sigmoid = defineUnary({
  name: "sigmoid",
  summary: "1 / (1 + exp(-x)).",
  onnx: "Sigmoid",
  tfjs: "Sigmoid",
  torch: "torch.sigmoid",
  scalar: (x) => 1 / (1 + Math.exp(-x)),
  // dx = dy (y - y²)
  gradient: (g, _x, y, dy) => v.multiply(g, dy, v.subtract(g, y, v.square(g, y))),
});
