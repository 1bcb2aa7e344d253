import * as v from "../../ops/vocabulary.ts";
import { doubt, raised } from "./focus.ts";
import { type LossRule, numberOf } from "./index.ts";
import { meanOfUnits } from "./masked.ts";

/**
 * −y (1 − p)^γ₊ log p − (1 − y) p_m^γ₋ log(1 − p_m) with p_m = max(p − m, 0) (https://arxiv.org/abs/2009.14119, equations 4 to 7), averaged over valid
 * entries. The gradient flows through the focusing factors too, as the paper's equation 8 has it.
 */
export const asymmetric: LossRule = {
  takes: ["units"],
  settings: { gamma_neg: 4, gamma_pos: 0, margin: 0.05 },
  build(g, inputs) {
    const { logits } = inputs;
    const [negative, margin] = [numberOf(inputs, "gamma_neg"), numberOf(inputs, "margin")];
    const turned = v.negate(g, logits);
    const there = v.multiply(g, doubt(g, logits, numberOf(inputs, "gamma_pos")), v.softplus(g, turned));
    const absent = (): typeof there => {
      if (margin === 0) return v.multiply(g, doubt(g, turned, negative), v.softplus(g, logits));
      const left = v.relu(g, v.shift(g, v.sigmoid(g, logits), -margin));
      const cost = v.negate(g, v.log(g, v.subtract(g, g.scalar(1), left)));
      return v.multiply(g, raised(g, left, negative), cost);
    };
    return meanOfUnits(g, inputs, there, absent());
  },
};
