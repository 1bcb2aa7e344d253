import { defineUnary } from "./unary.ts";
import * as v from "./vocabulary.ts";

export const relu = defineUnary({
  name: "relu",
  summary: "max(x, 0); slope 0 at 0.",
  onnx: "Relu",
  tfjs: "Relu",
  torch: "torch.relu",
  scalar: (x) => Math.max(x, 0),
  gradient: (g, _x, y, dy) => v.where(g, v.greater(g, y, g.scalar(0)), dy, g.scalar(0)),
  domain: "away from zero",
});
