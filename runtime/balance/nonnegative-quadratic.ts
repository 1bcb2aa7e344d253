import { solve } from "./solve.ts";

const mostRounds = 200;

/**
 * The x ≥ 0 that minimises ½ xᵀGx − bᵀx, for a positive definite G of a few rows: active sets of Lawson and Hanson (Solving Least Squares
 * Problems, chapter 23).
 */
export function nonnegativeQuadratic(gram: readonly (readonly number[])[], b: readonly number[]): readonly number[] {
  const free = new Set<number>();
  let x = b.map(() => 0);
  const size = Math.max(...b.map(Math.abs), Number.MIN_VALUE);
  for (let round = 0; round < mostRounds; round += 1) {
    const slopes = b.map((each, i) => each - (gram[i] ?? []).reduce((sum, value, j) => sum + value * (x[j] ?? 0), 0));
    const held = slopes.map((slope, i) => (free.has(i) ? Number.NEGATIVE_INFINITY : slope));
    const steepest = held.indexOf(Math.max(...held));
    if ((held[steepest] ?? 0) <= 1e-12 * size) return x;
    free.add(steepest);
    // Each round but the last takes at least one place away.
    for (let rounds = free.size; rounds >= 0; rounds -= 1) {
      const places = [...free].sort((a, c) => a - c);
      const rows = places.map((i) => places.map((j) => gram[i]?.[j] ?? 0));
      const found = solve(
        rows,
        places.map((i) => b[i] ?? 0),
      );
      if (found === undefined) return x;
      const next = b.map(() => 0);
      places.forEach((i, k) => {
        next[i] = found[k] ?? 0;
      });
      const below = places.filter((i) => (next[i] ?? 0) <= 0);
      if (below.length === 0) {
        x = next;
        break;
      }
      // As far towards it as nothing is below 0.
      const reach = Math.min(...below.map((i) => (x[i] ?? 0) / ((x[i] ?? 0) - (next[i] ?? 0) || 1)));
      x = x.map((each, i) => each + reach * ((next[i] ?? 0) - each));
      const largest = Math.max(...x);
      for (const i of places) if ((x[i] ?? 0) <= 1e-15 * largest) free.delete(i);
      x = x.map((each, i) => (free.has(i) ? each : 0));
      if (free.size === 0) break;
    }
  }
  return x;
}
