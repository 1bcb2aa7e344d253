/** What a plan knows and a spec need not say, as text of the language. */
import type { ClipPlan, Duration, Metric, OptimiserPlan, RowRule } from "../lower/plan.ts";
import { numberText } from "./thing-text.ts";

export function rowsText(rule: RowRule): string {
  const part = (each: RowRule) => (each.kind === "and" || each.kind === "or" ? `(${rowsText(each)})` : rowsText(each));
  switch (rule.kind) {
    case "valid":
    case "any_valid":
      return `${rule.kind}(${rule.tasks.join(", ")})`;
    case "not":
      return `not ${part(rule.rule)}`;
    case "and":
    case "or":
      return rule.rules.map(part).join(` ${rule.kind} `);
  }
}

export function clipText(clip: ClipPlan | undefined): string {
  if (clip === undefined) return "none";
  if (clip.whole === true) return "whole_video()";
  const { length, hop, by, pad, gap } = clip;
  return `clip(${length}, hop: ${hop}, by: ${by}, pad: ${pad}, gap: ${gap === undefined ? "none" : `${gap} frames`})`;
}

export function metricText(metric: Metric): string {
  switch (metric.kind) {
    case "number":
      return numberText(metric.value);
    case "score":
    case "accuracy":
      return `${metric.kind}(${metric.task})`;
    default: {
      const side = (each: Metric) => ("left" in each ? `(${metricText(each)})` : metricText(each));
      const left = metric.kind === "+" && metric.left.kind === "+" ? metricText(metric.left) : side(metric.left);
      return `${left} ${metric.kind} ${side(metric.right)}`;
    }
  }
}

export function durationText({ value, unit }: Duration): string {
  return `${numberText(value)} ${unit}`;
}

/** An optimiser at a constant rate, every setting written out. */
export function optimiserText({ name, settings }: OptimiserPlan, rate: number, weightDecay: number): string {
  const { beta1 = 0.9, beta2 = 0.999, eps = 1e-8 } = settings;
  return `${name}(${numberText(rate)}, weight_decay: ${weightDecay}, betas: [${beta1}, ${beta2}], eps: ${numberText(eps)})`;
}
