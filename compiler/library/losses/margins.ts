import * as v from "../../ops/vocabulary.ts";
import { widthOf } from "../task.ts";
import { type LossRule, numberOf } from "./index.ts";
import { meanOfClasses } from "./masked.ts";

/**
 * Cross entropy of s (z − Δ_c at the label's class c), with Δ_c ∝ n_c^(−1/4) over the training rows, at most `margin`, and s = `scale`
 * (https://arxiv.org/abs/1906.07413, equation 13). `adjust` τ adds τ log(n_c / n) to the logits before (arXiv 2007.07314, equation 10). Each class is asked
 * what the row would cost if it were the row's, k² numbers a row: of mixed labels it is the mean of their losses.
 */
export const margins: LossRule = {
  takes: ["classes"],
  settings: { margin: 0.5, scale: 30, adjust: 0 },
  build(g, inputs) {
    const { logits, meaning, counted } = inputs;
    const width = widthOf(meaning);
    const adjust = numberOf(inputs, "adjust");
    const told = adjust === 0 ? logits : v.add(g, logits, v.scale(g, counted("log_shares"), adjust));
    const lead = logits.type.shape.slice(0, -1);
    const diagonal = Float32Array.from({ length: width * width }, (_, i) => Number(i % (width + 1) === 0));
    const own = g.constant("float32", [width, width], diagonal);
    const held = v.multiply(g, own, v.scale(g, counted("margins"), numberOf(inputs, "margin")));
    const harder = v.subtract(g, v.reshape(g, told, [...lead, 1, width]), held);
    const axis = lead.length + 1;
    const logs = v.logSoftmax(g, v.scale(g, harder, numberOf(inputs, "scale")), axis);
    const costs = v.negate(g, v.reduceSum(g, v.multiply(g, logs, own), [axis]));
    return meanOfClasses(g, inputs, costs);
  },
};
