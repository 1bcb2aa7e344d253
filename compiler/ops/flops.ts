import { type Dim, productOf } from "../ir/dim.ts";
import type { TensorType } from "../ir/graph.ts";

/**
 * Operations are counted on floating-point numbers: a multiplication and the addition of its product are two, a function of one number,
 * such as exp or tanh, is one. What only moves numbers takes none.
 */
export function entriesOf({ shape }: TensorType): Dim {
  return productOf(shape);
}

/** For each entry of a tensor so many. */
export function perEntry(type: TensorType, count: Dim): Dim {
  return productOf([...type.shape, count]);
}

/** The rule of ops that only move numbers. */
export const movesOnly = (): Dim => 0;
