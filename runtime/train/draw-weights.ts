import { widthOf } from "../../compiler/library/task.ts";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import type { AnnotationTable } from "../data/annotation-table.ts";
import type { Windows } from "../data/clips/clip-windows.ts";
import { isLabelled } from "./chosen-rows.ts";
import { StageError } from "./stage-error.ts";

/** How often each window of a training is drawn against the others (language rule 66); undefined where each comes once an epoch. */
export function drawWeights(
  { sample, label }: Pick<StagePlan, "sample" | "label">,
  table: AnnotationTable,
  rows: Int32Array,
  windows: Windows,
): Float64Array | undefined {
  if (sample === undefined) return undefined;
  if (!rows.some((row) => isLabelled(table, sample.task, row)))
    throw new StageError(
      label,
      `no row that it trains on has a label of \`${sample.task}\`, by which \`sample\` balances them`,
    );
  const ofRows = balancedWeights(sample.task, table, rows);
  return Float64Array.from({ length: windows.count }, (_, window) => {
    const own = windows.rows.subarray(window * windows.length, (window + 1) * windows.length).filter((row) => row >= 0);
    return own.reduce((sum, row) => sum + (ofRows[row] ?? 1), 0) / own.length;
  });
}

/** By row of the table: n / (k n_c) for the chosen rows that are labelled, 1 for the others. A label may be shared out among classes. */
function balancedWeights(task: string, table: AnnotationTable, rows: Int32Array): Float64Array {
  const weights = new Float64Array(table.rows).fill(1);
  const column = table.labels.get(task);
  if (column === undefined) return weights;
  const width = widthOf(column.meaning);
  const labelled = rows.filter((row) => isLabelled(table, task, row));
  const shares = (row: number) => column.values.subarray(row * width, (row + 1) * width);
  const counts = new Float64Array(width);
  for (const row of labelled)
    shares(row).forEach((share, i) => {
      counts[i] = (counts[i] ?? 0) + share;
    });
  const factor = labelled.length / counts.filter((count) => count > 0).length;
  for (const row of labelled)
    weights[row] = shares(row).reduce(
      (sum, share, i) => (share > 0 ? sum + (share * factor) / (counts[i] ?? 1) : sum),
      0,
    );
  return weights;
}
