import type { GraphBuilder } from "../../ir/builder.ts";
import type { Value } from "../../ir/graph.ts";
import * as v from "../../ops/vocabulary.ts";
import { widthOf } from "../task.ts";
import { type LossRule, numberOf } from "./index.ts";
import { meanOfClasses } from "./masked.ts";

/**
 * Cross entropy of a distribution over classes, averaged with the weight of each row: its mask times Σ w_c y_c
 * (equation 3 of the paper; weighted mean as https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html). With
 * `smoothing` ε the labels are (1 − ε) y + ε / k (arXiv 1512.00567, equation 3).
 */
export const crossEntropy: LossRule = {
  takes: ["classes"],
  settings: { smoothing: 0 },
  build(g, inputs) {
    const { label, meaning } = inputs;
    const smoothing = numberOf(inputs, "smoothing");
    const target = smoothing === 0 ? label : v.shift(g, v.scale(g, label, 1 - smoothing), smoothing / widthOf(meaning));
    return meanOfClasses(g, inputs, surprises(g, inputs.logits), target);
  },
};

/** −log p of each class, [.., k]. */
export function surprises(g: GraphBuilder, logits: Value): Value {
  return v.negate(g, v.logSoftmax(g, logits, logits.type.shape.length - 1));
}
