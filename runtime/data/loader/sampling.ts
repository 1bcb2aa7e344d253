import type { AnnotationTable } from "../annotation-table.ts";
import type { Windows } from "../clips/clip-windows.ts";
import { DataError } from "../data-error.ts";
import { uniform } from "./random.ts";

/**
 * How often each window is drawn, so that the classes of a task come up equally often: a labelled row weighs as much as the mean class has
 * rows over how many its own has, 1 on average; a row without the label weighs 1; a window as much as its rows do on average (language
 * rule 66).
 */
export function balancedWeights({ labels, file }: AnnotationTable, windows: Windows, task: string): Float64Array {
  const column = labels.get(task);
  if (column === undefined || column.meaning.kind !== "classes") throw new DataError(`no classes of ${task}`, { file });
  const width = column.meaning.names.length;
  const classOf = (row: number): number => {
    if (row < 0 || !(column.weight[row] ?? 0)) return -1;
    const own = column.values.subarray(row * width, (row + 1) * width);
    return own.indexOf(1);
  };
  const counts = new Array<number>(width).fill(0);
  for (const row of new Set(windows.rows)) {
    const own = classOf(row);
    if (own >= 0) counts[own] = (counts[own] ?? 0) + 1;
  }
  const there = counts.filter((count) => count > 0);
  const mean = there.reduce((sum, count) => sum + count, 0) / Math.max(1, there.length);
  const weights = new Float64Array(windows.count);
  for (let window = 0; window < windows.count; window += 1) {
    let sum = 0;
    let rows = 0;
    for (const row of windows.rows.subarray(window * windows.length, (window + 1) * windows.length)) {
      if (row < 0) continue;
      const own = classOf(row);
      sum += own < 0 ? 1 : mean / (counts[own] ?? 1);
      rows += 1;
    }
    weights[window] = rows === 0 ? 0 : sum / rows;
  }
  return weights;
}

/** As many places as there are weights, drawn anew for each by the weights: the order of one epoch. */
export function drawnOrder(weights: Float64Array, seed: number, epoch: number): Int32Array {
  const until = new Float64Array(weights.length);
  let total = 0;
  weights.forEach((weight, i) => {
    total += weight;
    until[i] = total;
  });
  return Int32Array.from(weights, (_, place) => firstAbove(until, uniform(seed, epoch, place, 0x5a3b) * total));
}

/** The first place whose sum is above a number. */
function firstAbove(until: Float64Array, limit: number): number {
  let [low, high] = [0, until.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((until[middle] ?? 0) > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
