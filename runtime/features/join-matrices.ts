import type { FeatureMatrix } from "../data/loader/batch-loader.ts";
import type { FieldMatrix } from "./stored/field-matrix.ts";

/** Numbers for the rows of several data sets, one after the other. */
export function joinMatrices(matrices: readonly FeatureMatrix[]): FeatureMatrix {
  const [first, ...others] = matrices;
  if (first === undefined) throw new Error("there is nothing to join");
  return others.length === 0 ? first : { ...first, values: joined(matrices.map(({ values }) => values)) };
}

export function joinFields(matrices: readonly FieldMatrix[]): FieldMatrix {
  const [first, ...others] = matrices;
  if (first === undefined) throw new Error("there is nothing to join");
  if (others.length === 0) return first;
  return {
    ...first,
    values: joined(matrices.map(({ values }) => values)),
    present: joined(matrices.map(({ present }) => present)),
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
