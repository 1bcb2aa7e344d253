import { type Balancer, dot, forgetful, isNothing, ones, times } from "./balancer.ts";

const mostRounds = 5000;

/**
 * CAGrad (arXiv 2110.14048, algorithm 1): d = g_0 + √φ g_w / ‖g_w‖ with the mean gradient g_0, φ = c² ‖g_0‖², and the w of the simplex where
 * F(w) = g_wᵀg_0 + √φ ‖g_w‖ is least: of all directions within c ‖g_0‖ of g_0 the one whose least product with a gradient is greatest.
 */
export function cagrad(c: number): Balancer {
  return forgetful(({ gram }) => {
    const count = gram.length;
    const mean = ones(count).map((each) => each / count);
    if (isNothing(gram)) return ones(count);
    const alongMean = times(gram, mean);
    const radius = c * Math.sqrt(Math.max(0, dot(mean, alongMean)));
    const length = (w: readonly number[]) => Math.sqrt(Math.max(0, dot(w, times(gram, w))));
    const value = (w: readonly number[]) => dot(w, alongMean) + radius * length(w);
    const slope = (w: readonly number[]) => {
      const size = length(w);
      return times(gram, w).map((each, k) => (alongMean[k] ?? 0) + (size > 0 ? (radius * each) / size : 0));
    };
    const w = leastOnSimplex(mean, value, slope);
    const size = length(w);
    return size > 0 ? mean.map((each, k) => each + (radius * (w[k] ?? 0)) / size) : mean;
  });
}

/** Projected gradient steps, each as long as it is of use, from a point of the simplex to where a convex function is least. */
function leastOnSimplex(
  start: readonly number[],
  value: (w: readonly number[]) => number,
  slope: (w: readonly number[]) => readonly number[],
): readonly number[] {
  let w = start;
  let stride = 1 / Math.max(...slope(w).map(Math.abs), Number.MIN_VALUE);
  for (let round = 0; round < mostRounds; round += 1) {
    const [now, down] = [value(w), slope(w)];
    let next = w;
    // Where rounding is all that is left, no stride is of use.
    for (stride *= 4; ; stride /= 2) {
      if (!(stride > Number.MIN_VALUE)) return w;
      next = onSimplex(w.map((each, k) => each - stride * (down[k] ?? 0)));
      const moved = next.map((each, k) => each - (w[k] ?? 0));
      const square = dot(moved, moved);
      if (!(square >= 1e-26)) return w;
      if (value(next) <= now + dot(down, moved) + square / (2 * stride)) break;
    }
    w = next;
  }
  return w;
}

/** The nearest point of the simplex (Held, Wolfe and Crowder, 1974). */
function onSimplex(y: readonly number[]): readonly number[] {
  const sorted = [...y].sort((a, b) => b - a);
  let [sum, shift] = [0, 0];
  sorted.forEach((each, i) => {
    sum += each;
    const candidate = (sum - 1) / (i + 1);
    if (each > candidate) shift = candidate;
  });
  return y.map((each) => Math.max(0, each - shift));
}
