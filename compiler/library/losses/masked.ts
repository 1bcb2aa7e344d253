import type { GraphBuilder } from "../../ir/builder.ts";
import type { Value } from "../../ir/graph.ts";
import * as v from "../../ops/vocabulary.ts";

/** Σ w x / Σ w, and 0 where Σ w is 0. Entries of weight 0 do not count, not even if they are not finite. */
export function weightedMean(g: GraphBuilder, x: Value, weights: Value): Value {
  const zero = g.scalar(0);
  const counted = v.where(g, v.greater(g, weights, zero), v.multiply(g, x, weights), zero);
  return safeQuotient(g, v.sumAll(g, counted), v.sumAll(g, weights));
}

/** a / b, and 0 with zero gradient where b is not above 0. */
export function safeQuotient(g: GraphBuilder, a: Value, b: Value): Value {
  const zero = g.scalar(0);
  const there = v.greater(g, b, zero);
  return v.where(g, there, v.divide(g, a, v.where(g, there, b, g.scalar(1))), zero);
}
