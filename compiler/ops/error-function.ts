import { defineUnary } from "./unary.ts";
import * as v from "./vocabulary.ts";

export const errorFunction = defineUnary({
  name: "error_function",
  summary: "erf(x), the integral of 2 exp(-t²) / √π from 0 to x.",
  onnx: "Erf",
  tfjs: "Erf",
  torch: "torch.erf",
  scalar: erf,
  // dx = dy 2 exp(-x²) / √π
  gradient: (g, x, _y, dy) =>
    v.multiply(g, dy, v.scale(g, v.exp(g, v.negate(g, v.square(g, x))), 2 / Math.sqrt(Math.PI))),
});

/** By its power series near 0 and by a continued fraction far from it; relative error below 1e-12. */
export function erf(x: number): number {
  if (Math.abs(x) < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= -(x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (Math.abs(x) + fraction);
  const tail = Math.exp(-x * x) / Math.sqrt(Math.PI) / (Math.abs(x) + fraction);
  return Math.sign(x) * (1 - tail);
}
