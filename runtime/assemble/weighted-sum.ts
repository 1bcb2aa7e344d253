/** Σ weight × values, of as many values each. */
export function weightedSum(
  parts: readonly { readonly weight: number; readonly values: Float32Array }[],
): Float32Array {
  return Float32Array.from({ length: parts[0]?.values.length ?? 0 }, (_, i) =>
    parts.reduce((sum, { weight, values }) => sum + weight * (values[i] ?? 0), 0),
  );
}
