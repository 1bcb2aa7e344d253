import type { Fitting } from "./cross-fit.ts";

/**
 * A scalar [rows, 1] as a·y + b, so that on labelled rows it has the labels' mean and standard deviation. What does not vary is only moved.
 */
export function matching(values: Float32Array): Fitting {
  return {
    what: "moments",
    choose({ values: labels, weight }, rows) {
      const own = rows.flatMap((each, row) => (each && (weight[row] ?? 0) ? [row] : []));
      if (own.length === 0) return [1, 0];
      const [said, meant] = [values, labels].map((all) => momentsOf(own.map((row) => all[row] ?? 0)));
      if (said === undefined || meant === undefined) return [1, 0];
      const factor = said.deviation === 0 ? 1 : meant.deviation / said.deviation;
      return [factor, meant.mean - factor * said.mean];
    },
    apply: ([factor = 1, sum = 0]) => values.map((value) => factor * value + sum),
  };
}

function momentsOf(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(square) };
}
