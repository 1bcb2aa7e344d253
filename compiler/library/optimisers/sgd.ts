import { invariant } from "../../ir/invariant.ts";
import * as v from "../../ops/vocabulary.ts";
import type { OptimiserRule } from "./index.ts";

/** b ← μ b + g, p ← p − r b, with Nesterov p ← p − r (g + μ b); decay is L2 in the gradient. As PyTorch's, without dampening. */
export const sgd: OptimiserRule = {
  slots: ["momentum"],
  scalars: [
    { name: "gradient_scale", formula: "min(1, max_grad_norm / norm)" },
    { name: "decay", formula: "weight_decay" },
    { name: "rate", formula: "rate" },
  ],
  numbers: ({ rate, weightDecay, gradientScale }) => [gradientScale, weightDecay, rate],
  update(g, { parameter, gradient, slots: [buffer], scalars: [gradientScale, decay, rate], settings }) {
    invariant(buffer && gradientScale && decay && rate, "sgd lacks an input");
    const { momentum = 0, nesterov = 0 } = settings;
    const whole = v.add(g, v.multiply(g, gradient, gradientScale), v.multiply(g, parameter, decay));
    const next = v.add(g, v.scale(g, buffer, momentum), whole);
    const direction = nesterov === 1 ? v.add(g, whole, v.scale(g, next, momentum)) : next;
    return { parameter: v.subtract(g, parameter, v.multiply(g, direction, rate)), slots: [next] };
  },
};
