import { defineUnary } from "./unary.ts";
import * as v from "./vocabulary.ts";

export const squareRoot = defineUnary({
  name: "square_root",
  summary: "The square root.",
  onnx: "Sqrt",
  tfjs: "Sqrt",
  torch: "torch.sqrt",
  scalar: Math.sqrt,
  // dx = dy / (2 y)
  gradient: (g, _x, y, dy) => v.divide(g, v.scale(g, dy, 0.5), y),
  domain: "positive",
});
