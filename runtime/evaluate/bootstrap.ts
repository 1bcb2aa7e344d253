import { maskWidthOf, type TaskMeaning, widthOf } from "../../compiler/library/task.ts";
import type { LabelColumn } from "../data/label-column.ts";
import { uniform } from "../data/loader/random.ts";

/** Rows of one part by their video: what is drawn together. */
export function rowsByVideo(video: Int32Array): readonly Int32Array[] {
  const found = new Map<number, number[]>();
  video.forEach((each, row) => {
    const rows = found.get(each);
    if (rows === undefined) found.set(each, [row]);
    else rows.push(row);
  });
  return [...found.values()].map((rows) => Int32Array.from(rows));
}

/**
 * Rows of as many videos as there are, drawn with replacement: frames of one video are alike, so that videos and not frames are what another
 * sample would have others of (Efron and Tibshirani, An Introduction to the Bootstrap, section 8.4).
 */
export function drawnRows(videos: readonly Int32Array[], seed: number, draw: number): Int32Array {
  const chosen = videos.map(
    (_, k) => videos[Math.floor(uniform(seed, draw, k, 0xb007) * videos.length)] ?? new Int32Array(),
  );
  const rows = new Int32Array(chosen.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const each of chosen) {
    rows.set(each, at);
    at += each.length;
  }
  return rows;
}

/** Predictions [rows, width] and labels of some rows, each as often as it is named. */
export function takenRows(
  meaning: TaskMeaning,
  predictions: Float32Array,
  labels: LabelColumn,
  rows: Int32Array,
): { readonly predictions: Float32Array; readonly labels: LabelColumn } {
  const taken = (values: Float32Array, width: number): Float32Array => {
    const found = new Float32Array(rows.length * width);
    rows.forEach((row, i) => {
      for (let k = 0; k < width; k += 1) found[i * width + k] = values[row * width + k] ?? 0;
    });
    return found;
  };
  return {
    predictions: taken(predictions, widthOf(meaning)),
    labels: {
      ...labels,
      values: taken(labels.values, widthOf(meaning)),
      weight: taken(labels.weight, maskWidthOf(meaning)),
    },
  };
}

/** What draws say of a difference. */
export interface Interval {
  /** Where the middle 95 % of the draws begin and end. */
  readonly from: number;
  readonly to: number;
  /** Share of the draws in which it is above 0, half of those in which it is 0. */
  readonly above: number;
}

/** The middle 95 % of some draws, whose ends lie between two of them as the share wants. */
export function intervalOf(draws: readonly number[]): Interval {
  const sorted = [...draws].sort((a, b) => a - b);
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const [low, high] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN];
    return low + (place - Math.floor(place)) * (high - low);
  };
  const above = draws.reduce((sum, each) => sum + (each > 0 ? 1 : each === 0 ? 0.5 : 0), 0);
  return { from: at(0.025), to: at(0.975), above: above / draws.length };
}
