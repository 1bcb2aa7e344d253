import { invariant } from "../../ir/invariant.ts";
import * as v from "../../ops/vocabulary.ts";
import type { OptimiserRule } from "./index.ts";

/**
 * m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², p ← p − r/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
 * (https://arxiv.org/abs/1412.6980). Decay is L2 in the gradient, or decoupled: p ← (1 − r d) p before (https://arxiv.org/abs/1711.05101).
 * Operations in the order of PyTorch's.
 */
const rule = (decoupled: boolean): OptimiserRule => ({
  slots: ["m", "v"],
  scalars: [
    { name: "gradient_scale", formula: "min(1, max_grad_norm / norm)" },
    { name: "decay", formula: decoupled ? "1 - rate * weight_decay" : "weight_decay" },
    { name: "step_size", formula: "rate / (1 - beta1^step)" },
    { name: "root_correction", formula: "1 / sqrt(1 - beta2^step)" },
  ],
  numbers({ step, rate, weightDecay, gradientScale }, { beta1 = 0.9, beta2 = 0.999 }) {
    const decay = decoupled ? 1 - rate * weightDecay : weightDecay;
    return [gradientScale, decay, rate / (1 - beta1 ** step), 1 / Math.sqrt(1 - beta2 ** step)];
  },
  update(
    g,
    { parameter, gradient, slots: [m, s], scalars: [gradientScale, decay, stepSize, rootCorrection], settings },
  ) {
    invariant(m && s && gradientScale && decay && stepSize && rootCorrection, "adam lacks an input");
    const { beta1 = 0.9, beta2 = 0.999, eps = 1e-8 } = settings;
    const scaled = v.multiply(g, gradient, gradientScale);
    const whole = decoupled ? scaled : v.add(g, scaled, v.multiply(g, parameter, decay));
    const shrunk = decoupled ? v.multiply(g, parameter, decay) : parameter;
    const nextM = v.add(g, v.scale(g, m, beta1), v.scale(g, whole, 1 - beta1));
    const nextS = v.add(g, v.scale(g, s, beta2), v.scale(g, v.square(g, whole), 1 - beta2));
    const root = v.shift(g, v.multiply(g, v.squareRoot(g, nextS), rootCorrection), eps);
    const step = v.divide(g, v.multiply(g, nextM, stepSize), root);
    return { parameter: v.subtract(g, shrunk, step), slots: [nextM, nextS] };
  },
});

export const adam = rule(false);
export const adamw = rule(true);
