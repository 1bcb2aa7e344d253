import { maskWidthOf, type TaskMeaning, widthOf } from "../../compiler/library/task.ts";
import type { LabelColumn } from "../data/label-column.ts";

/** A task's official score, in 0..1 (CCC in −1..1), with what a report shows of it. Undefined score: no row has a label. */
export interface TaskScore {
  readonly score: number | undefined;
  /** Rows (entries for units) that were judged. */
  readonly judged: number;
  readonly accuracy: number | undefined;
  /** F1 of each class or unit. */
  readonly each: readonly number[];
  /** Labels in rows, predictions in columns; for classes. */
  readonly confusion: readonly (readonly number[])[] | undefined;
}

/**
 * Scores predictions [rows, width] (after the activation) against labels, pooled over all valid rows: CCC with population moments for
 * a scalar, macro F1 over all classes of the task, mean binary F1 over units at their thresholds (0.5). F1 is 0 where nothing is there
 * to find and nothing was found (ABAW, equation 7 of the paper). Rows count once, whatever their weight; one whose label is shared among
 * classes counts for each with its share.
 */
export function scoreTask(
  meaning: TaskMeaning,
  predictions: Float32Array,
  labels: LabelColumn,
  thresholds?: readonly number[],
): TaskScore {
  switch (meaning.kind) {
    case "scalar":
      return scoreScalar(predictions, labels);
    case "classes":
      return scoreClasses(meaning.names.length, predictions, labels);
    case "units":
      return scoreUnits(meaning.names.length, predictions, labels, thresholds);
  }
}

/** 2 s_xy / (s_x² + s_y² + (x̄ − ȳ)²); 0 when neither varies. */
export function concordanceOf(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const n = x.length;
  let [meanX, meanY] = [0, 0];
  for (let i = 0; i < n; i += 1) {
    meanX += (x[i] ?? 0) / n;
    meanY += (y[i] ?? 0) / n;
  }
  let [sxx, syy, sxy] = [0, 0, 0];
  for (let i = 0; i < n; i += 1) {
    const dx = (x[i] ?? 0) - meanX;
    const dy = (y[i] ?? 0) - meanY;
    sxx += (dx * dx) / n;
    syy += (dy * dy) / n;
    sxy += (dx * dy) / n;
  }
  const denominator = sxx + syy + (meanX - meanY) ** 2;
  return denominator === 0 ? 0 : (2 * sxy) / denominator;
}

function scoreScalar(predictions: Float32Array, { values, weight }: LabelColumn): TaskScore {
  const x: number[] = [];
  const y: number[] = [];
  for (let i = 0; i < weight.length; i += 1) {
    if (!(weight[i] ?? 0)) continue;
    x.push(predictions[i] ?? 0);
    y.push(values[i] ?? 0);
  }
  return {
    score: x.length === 0 ? undefined : concordanceOf(x, y),
    judged: x.length,
    accuracy: undefined,
    each: [],
    confusion: undefined,
  };
}

/** 2 tp / (2 tp + fp + fn), 0 for nothing. */
export function f1(truePositives: number, falsePositives: number, falseNegatives: number): number {
  const all = 2 * truePositives + falsePositives + falseNegatives;
  return all === 0 ? 0 : (2 * truePositives) / all;
}

/** The first of the greatest. */
export function greatest(values: Float32Array, from: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i += 1) if ((values[from + i] ?? 0) > (values[from + best] ?? 0)) best = i;
  return best;
}

function scoreClasses(count: number, predictions: Float32Array, { values, weight }: LabelColumn): TaskScore {
  const confusion = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  let judged = 0;
  let right = 0;
  for (let row = 0; row < weight.length; row += 1) {
    if (!(weight[row] ?? 0)) continue;
    const found = greatest(predictions, row * count, count);
    // A label that several classes share is one of each with that weight.
    confusion.forEach((line, label) => {
      line[found] = (line[found] ?? 0) + (values[row * count + label] ?? 0);
    });
    judged += 1;
    right += values[row * count + found] ?? 0;
  }
  const each = confusion.map((line, c) => {
    const hits = line[c] ?? 0;
    const labelled = line.reduce((sum, n) => sum + n, 0);
    const predicted = confusion.reduce((sum, other) => sum + (other[c] ?? 0), 0);
    return f1(hits, predicted - hits, labelled - hits);
  });
  const score = judged === 0 ? undefined : each.reduce((sum, value) => sum + value, 0) / count;
  return { score, judged, accuracy: judged === 0 ? undefined : right / judged, each, confusion };
}

function scoreUnits(
  count: number,
  predictions: Float32Array,
  { values, weight }: LabelColumn,
  thresholds?: readonly number[],
): TaskScore {
  const hits = new Array<number>(count).fill(0);
  const falseAlarms = new Array<number>(count).fill(0);
  const misses = new Array<number>(count).fill(0);
  let judged = 0;
  let right = 0;
  for (let i = 0; i < weight.length; i += 1) {
    if (!(weight[i] ?? 0)) continue;
    const unit = i % count;
    const label = (values[i] ?? 0) >= 0.5;
    const found = (predictions[i] ?? 0) >= (thresholds?.[unit] ?? 0.5);
    const tally = label ? (found ? hits : misses) : found ? falseAlarms : undefined;
    if (tally !== undefined) tally[unit] = (tally[unit] ?? 0) + 1;
    judged += 1;
    if (label === found) right += 1;
  }
  const each = hits.map((tp, unit) => f1(tp, falseAlarms[unit] ?? 0, misses[unit] ?? 0));
  const score = judged === 0 ? undefined : each.reduce((sum, value) => sum + value, 0) / count;
  return { score, judged, accuracy: judged === 0 ? undefined : right / judged, each, confusion: undefined };
}

/** What needs no picture: the majority for each unit, the most frequent class, the mean value; one row of predictions. */
export function trivialPrediction(meaning: TaskMeaning, { values, weight }: LabelColumn): Float32Array {
  const width = widthOf(meaning);
  const maskWidth = maskWidthOf(meaning);
  const sums = new Float64Array(width);
  const counts = new Float64Array(width);
  for (let i = 0; i < values.length; i += 1) {
    const unit = i % width;
    const row = Math.floor(i / width);
    const valid = weight[row * maskWidth + (maskWidth === 1 ? 0 : unit)] ?? 0;
    if (!valid) continue;
    sums[unit] = (sums[unit] ?? 0) + (values[i] ?? 0);
    counts[unit] = (counts[unit] ?? 0) + 1;
  }
  const means = Float32Array.from(sums, (sum, i) => sum / Math.max(1, counts[i] ?? 1));
  if (meaning.kind === "scalar") return means;
  if (meaning.kind === "units") return means.map((mean) => (mean >= 0.5 ? 1 : 0));
  const best = greatest(means, 0, width);
  return Float32Array.from(means, (_, i) => (i === best ? 1 : 0));
}
