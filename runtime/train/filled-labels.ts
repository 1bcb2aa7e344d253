import { maskWidthOf, type TaskMeaning, widthOf } from "../../compiler/library/task.ts";
import type { FillPlan } from "../../compiler/lower/plan.ts";
import type { AnnotationTable } from "../data/annotation-table.ts";
import type { LabelColumn } from "../data/label-column.ts";

/** Predictions of a task for every row of a table, after the activation, and from which confidence on they are taken for labels. */
export interface Filling {
  readonly fill: FillPlan;
  readonly meaning: TaskMeaning;
  readonly predictions: Float32Array;
}

/**
 * A table with pseudo-labels where labels were missing (language rule 43). A unit is 1 from `above` on and 0 from 1 − `above` down, a row is
 * of its likeliest class if that is so likely, a scalar is what is predicted; what is less sure stays without a label.
 */
export function filledTable(table: AnnotationTable, fillings: readonly Filling[]): AnnotationTable {
  const labels = new Map(table.labels);
  for (const filling of fillings) labels.set(filling.fill.task, filledColumn(table.rows, labels, filling));
  return { ...table, labels };
}

function filledColumn(
  rows: number,
  labels: ReadonlyMap<string, LabelColumn>,
  { fill: { task, above }, meaning, predictions }: Filling,
): LabelColumn {
  const [width, maskWidth] = [widthOf(meaning), maskWidthOf(meaning)];
  const known = labels.get(task);
  const values = Float32Array.from(known?.values ?? new Float32Array(rows * width));
  const weight = Float32Array.from(known?.weight ?? new Float32Array(rows * maskWidth));
  for (let place = 0; place < rows * maskWidth; place += 1) {
    if ((weight[place] ?? 0) > 0) continue;
    const from = maskWidth === width ? place : place * width;
    const own = predictions.subarray(from, from + width / maskWidth);
    const label = labelOf(meaning, own, above);
    if (label === undefined) continue;
    values.set(label, from);
    weight[place] = 1;
  }
  return { meaning, values, weight };
}

/** What predictions of a unit, of all classes or of a scalar say, if they are so sure. */
function labelOf(meaning: TaskMeaning, own: Float32Array, above = 0): ArrayLike<number> | undefined {
  const [first = 0] = own;
  switch (meaning.kind) {
    case "units":
      return Math.max(first, 1 - first) >= above ? [first >= 0.5 ? 1 : 0] : undefined;
    case "classes": {
      const likeliest = own.indexOf(Math.max(...own));
      return (own[likeliest] ?? 0) >= above ? own.map((_, i) => (i === likeliest ? 1 : 0)) : undefined;
    }
    case "scalar":
      return own;
  }
}
