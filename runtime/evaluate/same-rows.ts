import { type AnnotationTable, frameName } from "../data/annotation-table.ts";

/**
 * Why results on two tables cannot be held to one another, undefined if they can: what judges is the same frames in the same order, with
 * the same labels of the tasks that both have, whatever other rows the data train on.
 */
export function otherRows(a: AnnotationTable, b: AnnotationTable): string | undefined {
  if (a.rows !== b.rows) return `by ${a.rows.toLocaleString("en")} and ${b.rows.toLocaleString("en")} rows`;
  for (let row = 0; row < a.rows; row += 1) {
    if (frameName(a, row) !== frameName(b, row)) return `by other rows: row ${row + 1} is another frame`;
  }
  for (const [task, { values, weight }] of a.labels) {
    const other = b.labels.get(task);
    if (other !== undefined && !(alike(values, other.values) && alike(weight, other.weight)))
      return `by other labels of ${task}`;
  }
  return undefined;
}

function alike(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}
