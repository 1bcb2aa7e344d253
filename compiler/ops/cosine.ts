import { sineSeries } from "./sine-series.ts";
import { defineUnary } from "./unary.ts";
import * as v from "./vocabulary.ts";

export const cosine = defineUnary({
  name: "cosine",
  summary: "The cosine of an angle in radians.",
  onnx: "Cos",
  expand: (g, x) => sineSeries(g, x, "cosine"),
  webgpu: "expand",
  tfjs: "Cos",
  torch: "torch.cos",
  scalar: Math.cos,
  gradient: (g, x, _y, dy) => v.negate(g, v.multiply(g, dy, v.sine(g, x))),
});
