import type { Fit } from "../../compiler/lower/plan.ts";
import type { AnnotationTable } from "../data/annotation-table.ts";
import type { LabelColumn } from "../data/label-column.ts";
import { f1 } from "../evaluate/score-task.ts";

/** Thresholds with where they come from, and predictions judged by thresholds of other videos. */
export interface FittedThresholds {
  /** Fitted on all rows: what is shipped. */
  readonly thresholds: readonly number[];
  readonly on: "train" | "val";
  readonly folds: number;
  /** [rows, units] with 1 where a value reaches the threshold fitted without its own video, else 0. */
  readonly crossFitted: Float32Array;
}

/** Chooses thresholds for the mean F1 of units, each unit its own or one for all; the honest result is cross-fitted over videos. */
export function fitThresholds(
  values: Float32Array,
  labels: LabelColumn,
  table: AnnotationTable,
  fit: Fit,
): FittedThresholds {
  const width = labels.meaning.kind === "units" ? labels.meaning.names.length : 1;
  const candidates = candidatesOf(fit);
  const all = Array.from({ length: table.rows }, () => true);
  const thresholds = best(values, labels, width, all, candidates, fit.each);
  const folds = Math.max(2, Math.min(fit.folds, table.videos.length));
  const crossFitted = new Float32Array(values.length);
  for (let fold = 0; fold < folds; fold += 1) {
    const own = Array.from({ length: table.rows }, (_, row) => (table.video[row] ?? 0) % folds === fold);
    const chosen = best(
      values,
      labels,
      width,
      own.map((each) => !each),
      candidates,
      fit.each,
    );
    own.forEach((each, row) => {
      if (!each) return;
      for (let i = 0; i < width; i += 1)
        crossFitted[row * width + i] = (values[row * width + i] ?? 0) >= (chosen[i] ?? 0.5) ? 1 : 0;
    });
  }
  return { thresholds, on: fit.on, folds, crossFitted };
}

function candidatesOf({ from, to, by }: Fit): readonly number[] {
  const count = Math.floor((to - from) / by + 1e-9);
  return Array.from({ length: count + 1 }, (_, i) => from + i * by);
}

function best(
  values: Float32Array,
  { values: labels, weight }: LabelColumn,
  width: number,
  rows: readonly boolean[],
  candidates: readonly number[],
  each: Fit["each"],
): readonly number[] {
  const scoreOf = (unit: number, threshold: number): number => {
    let [hits, alarms, misses] = [0, 0, 0];
    for (let row = 0; row < rows.length; row += 1) {
      const at = row * width + unit;
      if (!rows[row] || !(weight[at] ?? 0)) continue;
      const label = (labels[at] ?? 0) >= 0.5;
      const found = (values[at] ?? 0) >= threshold;
      if (label && found) hits += 1;
      else if (found) alarms += 1;
      else if (label) misses += 1;
    }
    return f1(hits, alarms, misses);
  };
  const units = Array.from({ length: width }, (_, unit) => unit);
  const choose = (score: (threshold: number) => number): number => {
    // Among equals the nearest to one half: it was not chosen by chance.
    return candidates.reduce((chosen, candidate) => {
      const difference = score(candidate) - score(chosen);
      const nearer = Math.abs(candidate - 0.5) < Math.abs(chosen - 0.5);
      return difference > 1e-12 || (Math.abs(difference) <= 1e-12 && nearer) ? candidate : chosen;
    }, candidates[0] ?? 0.5);
  };
  if (each === "label") return units.map((unit) => choose((threshold) => scoreOf(unit, threshold)));
  const one = choose((threshold) => units.reduce((sum, unit) => sum + scoreOf(unit, threshold), 0));
  return units.map(() => one);
}
