import { defineUnary } from "./unary.ts";
import * as v from "./vocabulary.ts";

export const exp = defineUnary({
  name: "exp",
  summary: "The exponential.",
  onnx: "Exp",
  tfjs: "Exp",
  torch: "torch.exp",
  scalar: Math.exp,
  // dx = dy y
  gradient: (g, _x, y, dy) => v.multiply(g, dy, y),
});
