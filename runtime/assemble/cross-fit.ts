import type { Fit } from "../../compiler/lower/plan.ts";
import type { AnnotationTable } from "../data/annotation-table.ts";

/** Numbers that were fitted, and where. */
export interface Fitted {
  readonly what: "threshold" | "bias" | "moments" | "weight";
  /** Fitted on all rows: what is used on other rows. Of moments the factor and the sum of a line. */
  readonly numbers: readonly number[];
  readonly on: "train" | "val";
  /** Video-disjoint parts that were judged by the numbers of the others. */
  readonly folds: number;
}

/** How numbers are found and used. */
export interface Fitting {
  readonly what: Fitted["what"];
  /** Those for the score on the rows that are true. */
  readonly choose: (rows: readonly boolean[]) => readonly number[];
  /** What a row [width] becomes with them, into its place in `out`. */
  readonly apply: (numbers: readonly number[], row: number, out: Float32Array) => void;
}

/** Fits on all rows of a part. */
export function fitOn({ choose, what }: Fitting, { rows, videos }: AnnotationTable, { on, folds }: Fit): Fitted {
  const numbers = choose(Array.from({ length: rows }, () => true));
  return { what, numbers, on, folds: foldsOf(folds, videos.length) };
}

/** Every row [rows, width] with numbers that its own video had no part in. */
export function crossFitted(
  { choose, apply }: Fitting,
  { rows, video, videos }: AnnotationTable,
  { folds }: Fit,
  width: number,
): Float32Array {
  const out = new Float32Array(rows * width);
  const count = foldsOf(folds, videos.length);
  for (let fold = 0; fold < count; fold += 1) {
    const own = Array.from({ length: rows }, (_, row) => (video[row] ?? 0) % count === fold);
    const numbers = choose(own.map((each) => !each));
    own.forEach((each, row) => {
      if (each) apply(numbers, row, out);
    });
  }
  return out;
}

function foldsOf(folds: number, videos: number): number {
  return Math.max(2, Math.min(folds, videos));
}

/** The numbers that a fit tries. */
export function candidatesOf({ from, to, by }: Fit): readonly number[] {
  const count = Math.floor((to - from) / by + 1e-9);
  return Array.from({ length: count + 1 }, (_, i) => from + i * by);
}

/** Differences of scores below this are rounding. */
const rounding = 1e-12;

/** The candidate with the greatest score; among equals the nearest to `plain`, which was not chosen by chance. */
export function bestOf(candidates: readonly number[], plain: number, score: (candidate: number) => number): number {
  let best = { candidate: candidates[0] ?? plain, score: Number.NEGATIVE_INFINITY };
  for (const candidate of candidates) {
    const own = score(candidate);
    const difference = own - best.score;
    const isNearer = Math.abs(candidate - plain) < Math.abs(best.candidate - plain);
    if (difference > rounding || (Math.abs(difference) <= rounding && isNearer)) best = { candidate, score: own };
  }
  return best.candidate;
}

/** Rounds of fitting one number while the others stay; nearly always they settle before. */
const mostRounds = 8;

/** What one of several numbers can be, and what it is before anything is known. */
export interface Place {
  readonly candidates: readonly number[];
  readonly plain: number;
}

/** Numbers fitted one after the other, each for the best while the others stay, until none changes. */
export function inTurns(
  places: readonly Place[],
  scoreOf: (numbers: readonly number[], place: number) => (candidate: number) => number,
): readonly number[] {
  const numbers = places.map(({ plain }) => plain);
  for (let round = 0; round < mostRounds; round += 1) {
    let changed = false;
    for (const [i, { candidates, plain }] of places.entries()) {
      const known = new Map<number, number>();
      const score = scoreOf(numbers, i);
      const remembered = (candidate: number) => {
        const own = known.get(candidate) ?? score(candidate);
        known.set(candidate, own);
        return own;
      };
      const found = bestOf(candidates, plain, remembered);
      if (remembered(found) <= remembered(numbers[i] ?? plain) + rounding) continue;
      numbers[i] = found;
      changed = true;
    }
    if (!changed) break;
  }
  return numbers;
}
