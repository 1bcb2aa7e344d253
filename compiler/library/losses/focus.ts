import type { GraphBuilder } from "../../ir/builder.ts";
import type { Value } from "../../ir/graph.ts";
import * as v from "../../ops/vocabulary.ts";

/** Below it float32 has no number whose reciprocal, times another such, is finite. */
export const leastShare = 1e-30;

/** log x of a probability, which float32 may have rounded to 0. */
export function logOf(g: GraphBuilder, x: Value): Value {
  return v.log(g, v.maximum(g, x, g.scalar(leastShare)));
}

/** x^γ of x ≥ 0, 1 for γ = 0. With γ < 1 its slope has no bound at 0: there it gives no gradient. */
export function raised(g: GraphBuilder, x: Value, gamma: number): Value {
  return gamma === 0 ? g.scalar(1) : v.exp(g, v.scale(g, logOf(g, x), gamma));
}

/** (1 − σ(z))^γ = exp(−γ softplus(z)), which cancels nothing at any z. */
export function doubt(g: GraphBuilder, logits: Value, gamma: number): Value {
  return gamma === 0 ? g.scalar(1) : v.exp(g, v.scale(g, v.softplus(g, logits), -gamma));
}

/** Σ over the other classes of what is given for each, [.., k]: 1 − p without cancellation. */
export function others(g: GraphBuilder, shares: Value, width: number): Value {
  const data = Float32Array.from({ length: width * width }, (_, i) => (i % (width + 1) === 0 ? 0 : 1));
  return v.matmul(g, shares, g.constant("float32", [width, width], data));
}
