import { defineUnary } from "./unary.ts";
import * as v from "./vocabulary.ts";

export const log = defineUnary({
  name: "log",
  summary: "The natural logarithm.",
  onnx: "Log",
  tfjs: "Log",
  torch: "torch.log",
  scalar: Math.log,
  // dx = dy / x
  gradient: (g, x, _y, dy) => v.divide(g, dy, x),
  domain: "positive",
});
