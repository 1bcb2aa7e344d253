import type { GraphBuilder } from "../ir/builder.ts";
import type { Value } from "../ir/graph.ts";
import * as v from "./vocabulary.ts";

/** π as a sum of numbers of few bits, so that whole multiples up to some thousands are exact (W. J. Cody, W. Waite). */
const pieces = [3.140625, 2029 / 2 ** 21, 1.509957990978376e-7] as const;
/** 1/3!, 1/5!, .. 1/11!: the rest is below 6e-8 up to π/2. */
const factors = [-1 / 6, 1 / 120, -1 / 5040, 1 / 362880, -1 / 39916800] as const;

/**
 * The sine, or the cosine, in sums and products, exact to some roundings of float32: a shader's own need be right to 2⁻¹¹ only
 * (https://www.w3.org/TR/WGSL/#floating-point-accuracy).
 */
export function sineSeries(g: GraphBuilder, x: Value, which: "sine" | "cosine"): Value {
  // x = (n + h) π + r, |r| ≤ π/2, where h is 0 for the sine and ½ for the cosine: ± sin r.
  const half = which === "sine" ? 0 : 0.5;
  const whole = v.floor(g, v.shift(g, v.scale(g, x, 1 / Math.PI), 0.5 - half));
  const turns = v.shift(g, whole, half);
  const r = pieces.reduce((rest, piece) => v.subtract(g, rest, v.scale(g, turns, piece)), x);
  const odd = v.subtract(g, whole, v.scale(g, v.floor(g, v.scale(g, whole, 0.5)), 2));
  const sign = which === "sine" ? v.shift(g, v.scale(g, odd, -2), 1) : v.shift(g, v.scale(g, odd, 2), -1);
  const square = v.square(g, r);
  const series = factors.reduceRight<Value>(
    (sum, factor) => v.shift(g, v.multiply(g, sum, square), factor),
    g.scalar(0),
  );
  return v.multiply(g, sign, v.add(g, r, v.multiply(g, v.multiply(g, r, square), series)));
}
