import { defineUnary } from "./unary.ts";
import * as v from "./vocabulary.ts";

export const negate = defineUnary({
  name: "negate",
  summary: "-x.",
  onnx: "Neg",
  tfjs: "Neg",
  torch: "-",
  scalar: (x) => -x,
  gradient: (g, _x, _y, dy) => v.negate(g, dy),
});
