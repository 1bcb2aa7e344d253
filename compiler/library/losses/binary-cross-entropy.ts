import * as v from "../../ops/vocabulary.ts";
import type { LossRule } from "./index.ts";
import { meanOfUnits } from "./masked.ts";

/**
 * Mean over valid entries of −[p y log σ(z) + (1 − y) log(1 − σ(z))], with p the weight of positives (equation 2 of the paper;
 * https://pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html). softplus keeps it finite at any z:
 * −log σ(z) = softplus(−z), −log(1 − σ(z)) = softplus(z).
 */
export const binaryCrossEntropy: LossRule = {
  takes: ["units"],
  takesMixtures: true,
  build: (g, inputs) => meanOfUnits(g, inputs, v.softplus(g, v.negate(g, inputs.logits)), v.softplus(g, inputs.logits)),
};
