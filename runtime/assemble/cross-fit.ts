import type { Fit } from "../../compiler/lower/plan.ts";
import type { AnnotationTable } from "../data/annotation-table.ts";
import { DataError } from "../data/data-error.ts";
import type { LabelColumn } from "../data/label-column.ts";

/** Numbers that were fitted, and where. */
export interface Fitted {
  readonly what: "threshold" | "bias" | "moments" | "weight";
  /** Fitted on all rows: what is used on other rows. Of moments the factor and the sum of a line. */
  readonly numbers: readonly number[];
  readonly on: "train" | "val";
  /** The data that these are rows of, where they are not those of the assembly. */
  readonly of?: string;
  /** Video-disjoint parts that were judged by the numbers of the others. */
  readonly folds: number;
}

/** What is done to the values of a part's rows, [rows, width], with numbers that may be fitted. */
export interface Fitting {
  readonly what: Fitted["what"];
  /** The numbers for the score on the rows that are true. */
  readonly choose: (labels: LabelColumn, rows: readonly boolean[], fit: Fit) => readonly number[];
  /** What the values become with them. */
  readonly apply: (numbers: readonly number[]) => Float32Array;
}

/** Fits on all rows of a part. */
export function fitOn({ choose, what }: Fitting, labels: LabelColumn, table: AnnotationTable, fit: Fit): Fitted {
  const numbers = choose(
    labels,
    Array.from({ length: table.rows }, () => true),
    fit,
  );
  const of = fit.data === undefined ? {} : { of: fit.data.name };
  return { what, numbers, on: fit.on, ...of, folds: foldsOf(table, fit).count };
}

/** Every row [rows, width] with numbers that its own video had no part in. Throws a DataError if there is one video alone. */
export function crossFitted(
  { choose, apply }: Fitting,
  labels: LabelColumn,
  table: AnnotationTable,
  fit: Fit,
): Float32Array {
  const { count, foldOf } = foldsOf(table, fit);
  const folds = Array.from({ length: count }, (_, fold) => {
    const others = Array.from({ length: table.rows }, (__, row) => foldOf(row) !== fold);
    return apply(choose(labels, others, fit));
  });
  const out = new Float32Array(folds[0]?.length ?? 0);
  const width = out.length / table.rows;
  for (let row = 0; row < table.rows; row += 1) {
    const own = folds[foldOf(row)];
    if (own !== undefined) out.set(own.subarray(row * width, (row + 1) * width), row * width);
  }
  return out;
}

/** The videos that a table has rows of, dealt out in their order: of a part of some data it has the names of all. */
function foldsOf({ video, file }: AnnotationTable, { folds }: Fit) {
  const places = new Map([...new Set(video)].map((each, place) => [each, place]));
  if (places.size < 2)
    throw new DataError("numbers are fitted in parts of whole videos, and there are not two", { file });
  const count = Math.max(2, Math.min(folds, places.size));
  return { count, foldOf: (row: number) => (places.get(video[row] ?? 0) ?? 0) % count };
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
