import * as v from "../../ops/vocabulary.ts";
import { widthOf } from "../task.ts";
import { surprises } from "./cross-entropy.ts";
import { doubt, others, raised } from "./focus.ts";
import { type LossRule, numberOf } from "./index.ts";
import { meanOfClasses, meanOfUnits } from "./masked.ts";

/**
 * Cross entropy times (1 − p)^γ of the probability that is given to what is so (https://arxiv.org/abs/1708.02002, equations 4 and 5), with
 * the means and weights of `ce` and `bce`: γ = 0 is either. Of units, `alpha` weighs what is there, 1 − `alpha` what is not.
 */
export const focal: LossRule = {
  takes: ["units", "classes"],
  settings: { gamma: 2 },
  onlyFor: { alpha: "units", pos_weight: "units" },
  build(g, inputs) {
    const { logits, meaning, options } = inputs;
    const gamma = numberOf(inputs, "gamma");
    if (meaning.kind === "classes") {
      const shares = v.softmax(g, logits, logits.type.shape.length - 1);
      const unsure = raised(g, others(g, shares, widthOf(meaning)), gamma);
      return meanOfClasses(g, inputs, v.multiply(g, unsure, surprises(g, logits)));
    }
    const turned = v.negate(g, logits);
    const there = v.multiply(g, doubt(g, logits, gamma), v.softplus(g, turned));
    const absent = v.multiply(g, doubt(g, turned, gamma), v.softplus(g, logits));
    const alpha = options.get("alpha");
    if (typeof alpha !== "number") return meanOfUnits(g, inputs, there, absent);
    return meanOfUnits(g, inputs, v.scale(g, there, alpha), v.scale(g, absent, 1 - alpha));
  },
};
