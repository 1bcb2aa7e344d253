import * as v from "../../ops/vocabulary.ts";
import type { LossRule } from "./index.ts";
import { weightedMean } from "./masked.ts";

/**
 * Cross entropy of a distribution over classes, averaged with the weight of each row: its mask times Σ w_c y_c
 * (equation 3 of the paper; weighted mean as https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html).
 */
export const crossEntropy: LossRule = {
  takes: ["classes"],
  build(g, { logits, label, mask, weight }) {
    const last = logits.type.shape.length - 1;
    const logProbability = v.logSoftmax(g, logits, last);
    const target = weight === undefined ? label : v.multiply(g, label, weight);
    const rowWeight = v.reduceSum(g, target, [last], true);
    const row = v.negate(g, v.reduceSum(g, v.multiply(g, target, logProbability), [last], true));
    if (weight === undefined) return weightedMean(g, row, mask);
    // row is already weighted; the mean divides by the sum of weights, so each row stands as its unweighted mean.
    const zero = g.scalar(0);
    const there = v.greater(g, rowWeight, zero);
    const plain = v.where(g, there, v.divide(g, row, v.where(g, there, rowWeight, g.scalar(1))), zero);
    return weightedMean(g, plain, v.multiply(g, mask, rowWeight));
  },
};
