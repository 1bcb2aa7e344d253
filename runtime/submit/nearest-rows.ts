import type { AnnotationTable } from "../data/annotation-table.ts";

/**
 * For every row of a table, whose rows stand by video and frame, the row of its video that is nearest in frames and not bad, the earlier
 * of two; itself where it is not bad, or where all rows of its video are.
 */
export function nearestRows(
  { rows, video, frame }: Pick<AnnotationTable, "rows" | "video" | "frame">,
  bad: { has(row: number): boolean },
): Int32Array {
  const found = Int32Array.from({ length: rows }, (_, row) => row);
  const distance = new Float64Array(rows).fill(Number.POSITIVE_INFINITY);
  const walk = (first: number, step: 1 | -1) => {
    let good = -1;
    for (let row = first; row >= 0 && row < rows; row += step) {
      if (!bad.has(row)) {
        good = row;
        continue;
      }
      if (good < 0 || video[good] !== video[row]) continue;
      const away = Math.abs((frame[row] ?? 0) - (frame[good] ?? 0));
      if (away >= (distance[row] ?? 0)) continue;
      distance[row] = away;
      found[row] = good;
    }
  };
  walk(0, 1);
  walk(rows - 1, -1);
  return found;
}
