import type { ClipPlan } from "../../../compiler/lower/plan.ts";
import type { AnnotationTable } from "../annotation-table.ts";

/** Windows over a table's rows. */
export interface Windows {
  readonly count: number;
  readonly length: number;
  /** [count, length]: a row of the table, or −1 for padding. */
  readonly rows: Int32Array;
}

/** Frames that may be missing in a window by frames: its rows are those whose frames fall into it. */
const padding = -1;

/**
 * Cuts every video into windows of `length` each `hop` (language rule 49). A window never crosses a video, nor a gap wider than `gap`
 * frames. The last window of a run begins a hop after the one before it, so every row is in some window, and is padded at its end.
 */
export function clipWindows(table: AnnotationTable, clip: ClipPlan): Windows {
  const windows: number[][] = [];
  for (const [from, to] of runsOf(table, clip.gap)) {
    if (clip.by === "rows") {
      for (let start = from; start < to; start += clip.hop) {
        windows.push(Array.from({ length: clip.length }, (_, i) => (start + i < to ? start + i : padding)));
        if (start + clip.length >= to) break;
      }
    } else windowsByFrame(table, clip, from, to, windows);
  }
  return { count: windows.length, length: clip.length, rows: Int32Array.from(windows.flat()) };
}

function windowsByFrame(table: AnnotationTable, clip: ClipPlan, from: number, to: number, windows: number[][]): void {
  const first = table.frame[from] ?? 0;
  const last = table.frame[to - 1] ?? 0;
  let row = from;
  for (let start = first; start <= last; start += clip.hop) {
    while (row < to && (table.frame[row] ?? 0) < start) row += 1;
    const window = Array.from({ length: clip.length }, () => padding);
    for (let i = row; i < to && (table.frame[i] ?? 0) < start + clip.length; i += 1)
      window[(table.frame[i] ?? 0) - start] = i;
    if (window.some((each) => each !== padding)) windows.push(window);
    if (start + clip.length > last) break;
  }
}

/** Stretches of rows of one video without a wide gap, as [from, to). */
export function runsOf(table: AnnotationTable, gap: number | undefined): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  let from = 0;
  for (let i = 1; i <= table.rows; i += 1) {
    const sameVideo = i < table.rows && table.video[i] === table.video[i - 1];
    const near = gap === undefined || (table.frame[i] ?? 0) - (table.frame[i - 1] ?? 0) <= gap;
    if (sameVideo && near) continue;
    runs.push([from, i]);
    from = i;
  }
  return table.rows === 0 ? [] : runs;
}

/** Which row stands in a padded place: the last before it (or first after), so that it is no foreign picture; its mask is 0. */
export function repeatedRow(windows: Windows, window: number, place: number): number {
  const start = window * windows.length;
  for (let i = place; i >= 0; i -= 1) {
    const row = windows.rows[start + i] ?? padding;
    if (row !== padding) return row;
  }
  for (let i = place; i < windows.length; i += 1) {
    const row = windows.rows[start + i] ?? padding;
    if (row !== padding) return row;
  }
  return padding;
}

/** The mean over all windows that a row is in: [windows, length, width] to [rows, width] (language rule 50). */
export class WindowMerge {
  readonly #sums: Float64Array;
  readonly #counts: Float64Array;
  readonly #width: number;

  constructor(rows: number, width: number) {
    this.#sums = new Float64Array(rows * width);
    this.#counts = new Float64Array(rows);
    this.#width = width;
  }

  add(row: number, values: Float32Array, offset: number): void {
    if (row < 0) return;
    for (let i = 0; i < this.#width; i += 1) {
      const at = row * this.#width + i;
      this.#sums[at] = (this.#sums[at] ?? 0) + (values[offset + i] ?? 0);
    }
    this.#counts[row] = (this.#counts[row] ?? 0) + 1;
  }

  result(): Float32Array {
    return Float32Array.from(this.#sums, (sum, i) => sum / Math.max(1, this.#counts[Math.floor(i / this.#width)] ?? 1));
  }
}
