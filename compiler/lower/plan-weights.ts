import type { Arrangement } from "../library/weight-names/index.ts";

/** Where a parameter's first value comes from. */
export type WeightSource =
  | Initialiser
  /** Another stage's kept weights; with what a low-rank adapter of it adds, scale x up down, where the layer has none here. */
  | {
      readonly kind: "stage";
      readonly stage: string;
      readonly path: string;
      readonly checkpoint?: string;
      readonly merge?: { readonly down: string; readonly up: string; readonly scale: number };
    }
  | FileSource;

/**
 * A weight file's tensor, or several as parts along the first axis. Where the file has none of these names, those of the first of `or` that
 * it has count; and all names may stand behind wrappers (compiler/library/weight-names/locate.ts). A tensor of equal count and other ones
 * among its sizes, such as [1, 1, d] for [1, d], is taken as it is.
 */
export interface FileSource {
  readonly kind: "file";
  readonly file: string;
  readonly tensor: string;
  /** All parts, the first among them; none where it is one. */
  readonly parts?: readonly string[];
  readonly or?: readonly (readonly string[])[];
  readonly arrange?: Arrangement;
  /** A table of positions of another size is interpolated to this one's. */
  readonly resize?: true;
}

/** Random ones draw from a generator seeded by the stage's seed and the parameter's path. */
export type Initialiser =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "normal"; readonly deviation: number }
  /** Uniform within ± bound. */
  | { readonly kind: "uniform"; readonly bound: number };
