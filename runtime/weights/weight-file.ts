import type { NumberType } from "../checkpoints/number-types.ts";

/** A tensor of a file, its numbers not read yet. */
export interface WeightTensor {
  readonly shape: readonly number[];
  readonly type: NumberType;
}

/** What a file has beside tensors. */
export interface OtherEntry {
  readonly name: string;
  readonly what: string;
}

/** An open file of weights. */
export interface WeightFile {
  /** What wrote it, for people. */
  readonly kind: string;
  /** By name: what stands in dictionaries of dictionaries has all their keys, with dots, as `model.norm.weight`. */
  readonly tensors: ReadonlyMap<string, WeightTensor>;
  /** Names of the dictionaries that stand around weights, such as `model`, without a dot; the file itself is none. */
  readonly boxes: readonly string[];
  readonly others: readonly OtherEntry[];
  /** Classes of Python whose objects are inert records here. */
  readonly classes: readonly string[];
  /** The numbers of a tensor, in memory of their own. Throws a WeightFileError where they are damaged. */
  read(name: string): Float32Array;
  close(): void;
}
