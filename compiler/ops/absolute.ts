import { defineUnary } from "./unary.ts";
import * as v from "./vocabulary.ts";

export const absolute = defineUnary({
  name: "absolute",
  summary: "The absolute value; slope 0 at 0.",
  onnx: "Abs",
  tfjs: "Abs",
  torch: "torch.abs",
  scalar: Math.abs,
  gradient: (g, x, _y, dy) => {
    const zero = g.scalar(0);
    const negative = v.where(g, v.less(g, x, zero), v.negate(g, dy), zero);
    return v.where(g, v.greater(g, x, zero), dy, negative);
  },
  domain: "away from zero",
});
