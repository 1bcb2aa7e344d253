import type { Attributes, DType } from "../ir/graph.ts";

/** One input of a sample: its type and where its numbers may lie. */
export interface SampleInput {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly domain: Domain;
}

/**
 * Where the numbers of a sample lie: anywhere, above zero, away from a kink at zero, all distinct (no ties),
 * whole numbers below a bound, 0 or 1.
 */
export type Domain = "any" | "positive" | "away from zero" | "distinct" | "zero or one" | { readonly below: number };

/** Inputs and attributes that an op is tried on: inferred against real type, gradient against finite differences. */
export interface Sample {
  readonly inputs: readonly (SampleInput | undefined)[];
  readonly attributes: Attributes;
}

export function float(shape: readonly number[], domain: Domain = "any"): SampleInput {
  return { dtype: "float32", shape, domain };
}

export function integers(shape: readonly number[], below: number): SampleInput {
  return { dtype: "int64", shape, domain: { below } };
}

export function sample(inputs: readonly (SampleInput | undefined)[], attributes: Attributes = {}): Sample {
  return { inputs, attributes };
}
