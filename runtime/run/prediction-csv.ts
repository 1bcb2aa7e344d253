import { stringify } from "csv-stringify/sync";
import { type TaskMeaning, widthOf } from "../../compiler/library/task.ts";
import type { TaskPlan } from "../../compiler/lower/plan-data.ts";
import type { AnnotationTable } from "../data/annotation-table.ts";
import { greatest } from "../evaluate/score-task.ts";

export interface Predictions {
  readonly table: AnnotationTable;
  /** [rows, width] by task, after thresholds. */
  readonly tasks: readonly { readonly task: TaskPlan; readonly values: Float32Array }[];
}

/** Columns: the image, then a scalar's number, the name of the likeliest class, and 0 or 1 for each unit (from 0.5). */
export function predictionCsv({ table, tasks }: Predictions): string {
  const header = ["image", ...tasks.flatMap(({ task }) => columnsOf(task))];
  const rows = Array.from({ length: table.rows }, (_, row) => [
    table.image[row] ?? "",
    ...tasks.flatMap(({ task, values }) => cellsOf(task.meaning, values, row)),
  ]);
  return stringify([header, ...rows]);
}

function columnsOf({ name, meaning }: TaskPlan): readonly string[] {
  return meaning.kind === "units" ? meaning.names : [name];
}

function cellsOf(meaning: TaskMeaning, values: Float32Array, row: number): readonly string[] {
  const width = widthOf(meaning);
  const own = values.subarray(row * width, (row + 1) * width);
  switch (meaning.kind) {
    case "scalar":
      return [(own[0] ?? 0).toFixed(6)];
    case "classes":
      return [meaning.names[greatest(own, 0, width)] ?? ""];
    case "units":
      return Array.from(own, (value) => (value >= 0.5 ? "1" : "0"));
  }
}
