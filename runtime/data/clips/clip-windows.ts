import type { ClipPlan, EvaluatePlan } from "../../../compiler/lower/plan.ts";
import type { AnnotationTable } from "../annotation-table.ts";

/** Windows over a table's rows. */
export interface Windows {
  readonly count: number;
  readonly length: number;
  /** [count, length]: a row of the table, or −1 for padding. */
  readonly rows: Int32Array;
}

const padding = -1;

/** One row each: what a stage without a clip works on. */
export function singleRows(rows: Int32Array): Windows {
  return { count: rows.length, length: 1, rows };
}

/**
 * Cuts the chosen rows of every video into windows of `length` each `hop` (language rule 49). A window never crosses a video, nor a gap
 * wider than `gap` frames. The last window of a run is padded at its end, so that every row is in some window.
 */
export function clipWindows(table: AnnotationTable, clip: ClipPlan, rows: Int32Array): Windows {
  if (clip.whole === true) return wholeVideos(runsOf(table, rows, undefined));
  const windows: (readonly number[])[] = [];
  for (const run of runsOf(table, rows, clip.gap)) {
    if (clip.by === "frames") windowsByFrame(table, clip, run, windows);
    else windowsByRow(clip, run, windows);
  }
  return { count: windows.length, length: clip.length, rows: Int32Array.from(windows.flat()) };
}

/** One window for each video, as long as the longest. */
function wholeVideos(videos: readonly Int32Array[]): Windows {
  const length = videos.reduce((longest, video) => Math.max(longest, video.length), 1);
  const rows = new Int32Array(videos.length * length).fill(padding);
  videos.forEach((video, i) => {
    rows.set(video, i * length);
  });
  return { count: videos.length, length, rows };
}

/** Those of the windows at some places. */
export function someWindows({ length, rows }: Windows, places: Int32Array): Windows {
  const chosen = Array.from(places, (place) => [...rows.subarray(place * length, (place + 1) * length)]);
  return { count: places.length, length, rows: Int32Array.from(chosen.flat()) };
}

/** How many places of a window are not padding behind its last row. */
export function ownLength({ rows, length }: Windows, window: number): number {
  let own = length;
  while (own > 1 && rows[window * length + own - 1] === padding) own -= 1;
  return own;
}

function windowsByRow(clip: ClipPlan, run: Int32Array, windows: (readonly number[])[]): void {
  for (let start = 0; start < run.length; start += clip.hop) {
    windows.push(Array.from({ length: clip.length }, (_, i) => run[start + i] ?? padding));
    if (start + clip.length >= run.length) return;
  }
}

function windowsByFrame(table: AnnotationTable, clip: ClipPlan, run: Int32Array, windows: (readonly number[])[]): void {
  const frameAt = (i: number) => table.frame[run[i] ?? 0] ?? 0;
  const last = frameAt(run.length - 1);
  let next = 0;
  for (let start = frameAt(0); start <= last; start += clip.hop) {
    while (next < run.length && frameAt(next) < start) next += 1;
    const window = Array.from({ length: clip.length }, () => padding);
    for (let i = next; i < run.length && frameAt(i) < start + clip.length; i += 1)
      window[frameAt(i) - start] = run[i] ?? padding;
    if (window.some((row) => row !== padding)) windows.push(window);
    if (start + clip.length > last) return;
  }
}

/** Stretches of rows of one video without a wide gap. */
export function runsOf(table: AnnotationTable, rows: Int32Array, gap: number | undefined): readonly Int32Array[] {
  const runs: Int32Array[] = [];
  let from = 0;
  for (let i = 1; i <= rows.length; i += 1) {
    const before = rows[i - 1] ?? 0;
    const here = rows[i];
    const sameVideo = here !== undefined && table.video[here] === table.video[before];
    const near =
      gap === undefined || here === undefined || (table.frame[here] ?? 0) - (table.frame[before] ?? 0) <= gap;
    if (sameVideo && near) continue;
    runs.push(rows.slice(from, i));
    from = i;
  }
  return runs;
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

/**
 * What rows get of the windows that they are in, [windows, length, width] to [rows, width]: the mean of all, the value of the first, or that of the
 * window in whose middle the row is the most, the earlier of two (language rule 50).
 */
export class WindowMerge {
  readonly #sums: Float64Array;
  readonly #counts: Float64Array;
  /** How far from its window's middle a row was whose value is kept. */
  readonly #away: Float64Array;
  readonly #width: number;
  readonly #kind: EvaluatePlan["merge"];
  readonly #length: number;

  constructor(rows: number, width: number, kind: EvaluatePlan["merge"] = "mean", length = 1) {
    this.#sums = new Float64Array(rows * width);
    this.#counts = new Float64Array(rows);
    this.#away = new Float64Array(kind === "centre" ? rows : 0).fill(Number.POSITIVE_INFINITY);
    this.#width = width;
    this.#kind = kind;
    this.#length = length;
  }

  /** A window's value for a row, `place` steps into the window; windows come in order. */
  add(row: number, values: Float32Array, offset: number, place = 0): void {
    if (row < 0) return;
    const known = (this.#counts[row] ?? 0) > 0;
    if (this.#kind === "first" && known) return;
    if (this.#kind === "centre") {
      const away = Math.abs(place - (this.#length - 1) / 2);
      if (away >= (this.#away[row] ?? 0)) return;
      this.#away[row] = away;
    }
    const before = this.#kind === "mean" ? 1 : 0;
    for (let i = 0; i < this.#width; i += 1) {
      const at = row * this.#width + i;
      this.#sums[at] = before * (this.#sums[at] ?? 0) + (values[offset + i] ?? 0);
    }
    this.#counts[row] = before * (this.#counts[row] ?? 0) + 1;
  }

  result(): Float32Array {
    return Float32Array.from(this.#sums, (sum, i) => sum / Math.max(1, this.#counts[Math.floor(i / this.#width)] ?? 1));
  }
}
