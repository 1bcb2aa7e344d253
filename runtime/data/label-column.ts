import type { TaskMeaning } from "../../compiler/library/task.ts";

/**
 * The labels of one task for all rows of a table.
 * `values` is [rows, width]: 0 or 1 per unit, a distribution over classes (one-hot unless mixed), or the scalar.
 * `weight` is [rows, mask width]: 0 where the label is missing, else a weight above 0. A missing label's value is 0.
 */
export interface LabelColumn {
  readonly meaning: TaskMeaning;
  readonly values: Float32Array;
  readonly weight: Float32Array;
}
