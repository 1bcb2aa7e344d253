import type { GraphBuilder } from "../../ir/builder.ts";
import type { Value } from "../../ir/graph.ts";
import * as v from "../../ops/vocabulary.ts";
import type { LossInputs } from "./index.ts";

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

/**
 * The mean over valid entries of w₊ y c₊ + w₋ (1 − y) c₋, of what a unit costs if it is there and if it is not, [.., k] each.
 * `positiveWeight` weighs y c₊ once more. Over classes, each is judged by itself: labels may be shares of several.
 */
export function meanOfUnits(
  g: GraphBuilder,
  { meaning, label, mask: given, weight, positiveWeight }: LossInputs,
  there: Value,
  absent: Value,
): Value {
  // A row of classes has one mask entry; each class is a yes or no of its own.
  const mask = meaning.kind === "classes" ? v.broadcast(g, given, label.type.shape) : given;
  const plain = v.multiply(g, label, there);
  const positive = positiveWeight === undefined ? plain : v.multiply(g, plain, positiveWeight);
  const negative = v.multiply(g, v.subtract(g, g.scalar(1), label), absent);
  if (weight === undefined) return weightedMean(g, v.add(g, positive, negative), mask);
  if (weight.type.shape.length === 1) return weightedMean(g, v.multiply(g, v.add(g, positive, negative), weight), mask);
  const width = weight.type.shape[1] ?? 1;
  const row = (i: number) => v.reshape(g, v.slice(g, weight, 0, i, i + 1), [width]);
  return weightedMean(g, v.add(g, v.multiply(g, positive, row(0)), v.multiply(g, negative, row(1))), mask);
}

/**
 * The mean over valid rows of Σ w_c t_c cost_c, of what each class costs if it is the row's, [.., k]; a row counts as much as its mask
 * times Σ w_c y_c. The labels y are `target` t where nothing softens them. A row all of whose classes weigh 0 does not count.
 */
export function meanOfClasses(
  g: GraphBuilder,
  { label, mask, weight }: LossInputs,
  costs: Value,
  target: Value = label,
): Value {
  const last = [costs.type.shape.length - 1];
  const weighed = (shares: Value) => (weight === undefined ? shares : v.multiply(g, shares, weight));
  const row = v.reduceSum(g, v.multiply(g, weighed(target), costs), last, true);
  if (weight === undefined) return weightedMean(g, row, mask);
  // row is already weighted; the mean divides by the sum of weights, so each row stands as its unweighted mean.
  const rowWeight = v.reduceSum(g, weighed(label), last, true);
  const zero = g.scalar(0);
  const counts = v.greater(g, rowWeight, zero);
  const plain = v.where(g, counts, v.divide(g, row, v.where(g, counts, rowWeight, g.scalar(1))), zero);
  return weightedMean(g, plain, v.multiply(g, mask, rowWeight));
}
