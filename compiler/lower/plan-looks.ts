/** How a training changes batches at random, as plain values; part of the contract of `plan.ts`. */
import type { Augmentation } from "./plan-augment.ts";

/** Of a view what a stage without views has itself. */
export interface ViewPlan {
  readonly augment: readonly Augmentation[];
  readonly hide?: readonly HidePlan[];
  readonly mix?: readonly MixPlan[];
}

/** Fields are absent together, as where data lack them: 0, and `<field>.present` too, in a share of the frames, or of the clips. */
export interface HidePlan {
  readonly fields: readonly string[];
  readonly share: number;
  readonly per: "frame" | "clip";
}

/**
 * Each window of a batch is mixed with another, itself counting λ of Beta(alpha, alpha). `mixup`: x' = λ x + (1 − λ) y of fields and labels;
 * `cutmix`: a rectangle of the pictures is the other's, and λ what it leaves of the area. Masks m' = m n: what one lacks is missing.
 */
export interface MixPlan {
  readonly kind: "mixup" | "cutmix";
  readonly alpha: number;
}
