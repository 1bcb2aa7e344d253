/** What of a plan changes pictures while training; part of the contract of `plan.ts`. */
import type { Schedule } from "./plan.ts";

/** What is done to pictures at random, in order (language rule 56). */
export type Augmentation = Drawn &
  (
    | { readonly kind: "flip"; readonly probability: number }
    | { readonly kind: "crop"; readonly area: readonly [number, number] }
    | { readonly kind: "rotate"; readonly degrees: number }
    /** Brightness by up to `amount`, contrast and saturation too or each by its own; hue by up to a part of the circle. */
    | {
        readonly kind: "jitter";
        readonly amount: number;
        readonly contrast?: number;
        readonly saturation?: number;
        readonly hue?: number;
      }
    /** Turned by up to so many degrees, moved by up to a share of the side, scaled. */
    | {
        readonly kind: "affine";
        readonly rotate: number;
        readonly shift: number;
        readonly scale: readonly [number, number];
      }
    | { readonly kind: "erase"; readonly probability: number }
    /** Normal noise; pictures have values from 0 to 1. */
    | { readonly kind: "noise"; readonly deviation: Schedule }
  );

/** How an augmentation is drawn: with a probability, if not always, and for all frames of a clip at once, if not for each. */
export interface Drawn {
  readonly share?: number;
  readonly per?: "clip";
}
