import { widthOf } from "../../compiler/library/task.ts";
import type { LabelColumn } from "../data/label-column.ts";
import { f1 } from "../evaluate/score-task.ts";
import { bestOf, candidatesOf, type Fitting } from "./cross-fit.ts";

/** Of probabilities. */
const plain = 0.5;

/** Units are 1 where a value [rows, units] reaches its threshold, else 0; thresholds are for the mean F1. */
export function thresholding(values: Float32Array): Fitting {
  return {
    what: "threshold",
    choose(labels, rows, fit) {
      const width = widthOf(labels.meaning);
      const candidates = candidatesOf(fit);
      const units = Array.from({ length: width }, (_, unit) => unit);
      const scoreOf = (unit: number, threshold: number) => scoreAt(values, labels, width, rows, unit, threshold);
      if (fit.each === "label")
        return units.map((unit) => bestOf(candidates, plain, (threshold) => scoreOf(unit, threshold)));
      const one = bestOf(candidates, plain, (threshold) =>
        units.reduce((sum, unit) => sum + scoreOf(unit, threshold), 0),
      );
      return units.map(() => one);
    },
    apply: (thresholds) => values.map((value, i) => (value >= (thresholds[i % thresholds.length] ?? plain) ? 1 : 0)),
  };
}

function scoreAt(
  values: Float32Array,
  { values: labels, weight }: LabelColumn,
  width: number,
  rows: readonly boolean[],
  unit: number,
  threshold: number,
): number {
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
}
