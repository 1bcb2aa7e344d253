import * as v from "../../ops/vocabulary.ts";
import type { LossRule } from "./index.ts";
import { weightedMean } from "./masked.ts";

/**
 * Mean over valid entries of −[p y log σ(z) + (1 − y) log(1 − σ(z))], with p the weight of positives (equation 2 of the paper;
 * https://pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html). softplus keeps it finite at any z:
 * −log σ(z) = softplus(−z), −log(1 − σ(z)) = softplus(z). Over classes, each is judged by itself: labels may be shares of several.
 */
export const binaryCrossEntropy: LossRule = {
  takes: ["units"],
  takesMixtures: true,
  build(g, { meaning, logits, label, mask: given, weight, positiveWeight }) {
    // A row of classes has one mask entry; each class is a yes or no of its own.
    const mask = meaning.kind === "classes" ? v.broadcast(g, given, label.type.shape) : given;
    const one = g.scalar(1);
    const positive = v.multiply(g, label, v.softplus(g, v.negate(g, logits)));
    const negative = v.multiply(g, v.subtract(g, one, label), v.softplus(g, logits));
    const weighted = positiveWeight === undefined ? positive : v.multiply(g, positive, positiveWeight);
    if (weight === undefined) return weightedMean(g, v.add(g, weighted, negative), mask);
    if (weight.type.shape.length === 1)
      return weightedMean(g, v.multiply(g, v.add(g, weighted, negative), weight), mask);
    const width = weight.type.shape[1] ?? 1;
    const row = (i: number) => v.reshape(g, v.slice(g, weight, 0, i, i + 1), [width]);
    const balanced = v.add(g, v.multiply(g, weighted, row(0)), v.multiply(g, negative, row(1)));
    return weightedMean(g, balanced, mask);
  },
};
