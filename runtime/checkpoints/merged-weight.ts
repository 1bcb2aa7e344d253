/** W + scale B A of a linear layer with a low-rank adapter: W [out, in], A [rank, in], B [out, rank] (arXiv 2106.09685, section 4.1). */
export function mergedWeight(weight: Float32Array, down: Float32Array, up: Float32Array, scale: number): Float32Array {
  const rank = Math.sqrt((down.length * up.length) / weight.length);
  const [into, out] = [down.length / rank, up.length / rank];
  const row = new Float64Array(into);
  const merged = new Float32Array(weight.length);
  for (let o = 0; o < out; o += 1) {
    row.fill(0);
    for (let r = 0; r < rank; r += 1) {
      const factor = scale * (up[o * rank + r] ?? 0);
      for (let i = 0; i < into; i += 1) row[i] = (row[i] ?? 0) + factor * (down[r * into + i] ?? 0);
    }
    for (let i = 0; i < into; i += 1) merged[o * into + i] = (weight[o * into + i] ?? 0) + (row[i] ?? 0);
  }
  return merged;
}
