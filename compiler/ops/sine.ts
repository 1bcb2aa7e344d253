import { sineSeries } from "./sine-series.ts";
import { defineUnary } from "./unary.ts";
import * as v from "./vocabulary.ts";

export const sine = defineUnary({
  name: "sine",
  summary: "The sine of an angle in radians.",
  onnx: "Sin",
  expand: (g, x) => sineSeries(g, x, "sine"),
  webgpu: "expand",
  tfjs: "Sin",
  torch: "torch.sin",
  scalar: Math.sin,
  gradient: (g, x, _y, dy) => v.multiply(g, dy, v.cosine(g, x)),
});
