import { defineUnary } from "./unary.ts";
import * as v from "./vocabulary.ts";

export const softplus = defineUnary({
  name: "softplus",
  summary: "log(1 + exp(x)).",
  onnx: "Softplus",
  tfjs: "Softplus",
  torch: "F.softplus",
  scalar: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  // dx = dy / (1 + exp(-x))
  gradient: (g, x, _y, dy) => v.multiply(g, dy, v.sigmoid(g, x)),
});
