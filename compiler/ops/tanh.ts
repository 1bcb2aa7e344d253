import { defineUnary } from "./unary.ts";
import * as v from "./vocabulary.ts";

export const tanh = defineUnary({
  name: "tanh",
  summary: "The hyperbolic tangent.",
  onnx: "Tanh",
  tfjs: "Tanh",
  torch: "torch.tanh",
  scalar: Math.tanh,
  // dx = dy (1 - y²)
  gradient: (g, _x, y, dy) => v.subtract(g, dy, v.multiply(g, dy, v.square(g, y))),
});
