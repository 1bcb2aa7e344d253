import type { AnnotationTable } from "./annotation-table.ts";
import type { LabelColumn } from "./label-column.ts";

/** The rows that are kept, in order. */
export function subTable(table: AnnotationTable, keep: (row: number) => boolean): AnnotationTable {
  const rows = Int32Array.from({ length: table.rows }, (_, i) => i).filter(keep);
  const labels = new Map<string, LabelColumn>();
  for (const [name, { meaning, values, weight }] of table.labels) {
    const pick = (from: Float32Array): Float32Array => {
      const width = from.length / Math.max(1, table.rows);
      const to = new Float32Array(rows.length * width);
      rows.forEach((row, i) => {
        to.set(from.subarray(row * width, (row + 1) * width), i * width);
      });
      return to;
    };
    labels.set(name, { meaning, values: pick(values), weight: pick(weight) });
  }
  const { root, groups } = table;
  return {
    ...table,
    rows: rows.length,
    video: Int32Array.from(rows, (row) => table.video[row] ?? 0),
    frame: Int32Array.from(rows, (row) => table.frame[row] ?? 0),
    image: Array.from(rows, (row) => table.image[row] ?? ""),
    line: Int32Array.from(rows, (row) => table.line[row] ?? 0),
    labels,
    ...(root === undefined ? {} : { root: Int32Array.from(rows, (row) => root[row] ?? 0) }),
    ...(groups === undefined
      ? {}
      : { groups: new Map([...groups].map(([name, cells]) => [name, Array.from(rows, (row) => cells[row] ?? "")])) }),
  };
}
