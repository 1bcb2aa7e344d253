/** Keys' cubic convolution with a = −0.5 (https://doi.org/10.1109/TASSP.1981.1163711), 0 from 2 on. */
function cubic(x: number): number {
  const t = Math.abs(x);
  if (t >= 2) return 0;
  return t < 1 ? (1.5 * t - 2.5) * t * t + 1 : ((-0.5 * t + 2.5) * t - 4) * t + 2;
}

/**
 * The matrix that takes `from` equally spaced samples to `to` of the same extent, as rows: bicubic, over a reach that grows as the number falls
 * (antialiasing), weights at the border scaled to a sum of 1. What PyTorch's `interpolate(mode="bicubic", antialias=True)` does along an axis.
 */
export function cubicSamples(from: number, to: number): readonly Float64Array[] {
  const scale = from / to;
  const wide = Math.max(scale, 1);
  const reach = 2 * wide;
  return Array.from({ length: to }, (_, i) => {
    const centre = scale * (i + 0.5);
    const first = Math.max(Math.trunc(centre - reach + 0.5), 0);
    const end = Math.min(Math.trunc(centre + reach + 0.5), from);
    const row = new Float64Array(from);
    for (let j = first; j < end; j += 1) row[j] = cubic((j - centre + 0.5) / wide);
    const sum = row.reduce((total, weight) => total + weight, 0);
    return row.map((weight) => weight / sum);
  });
}
