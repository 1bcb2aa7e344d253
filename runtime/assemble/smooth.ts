import type { Span, Stream } from "../../compiler/lower/plan.ts";
import type { AnnotationTable } from "../data/annotation-table.ts";

type Smoothing = Extract<Stream, { readonly kind: "gaussian" | "box" | "median" }>;

/** So many sigmas of a Gaussian are looked at. */
const reach = 3;

/**
 * Smooths [rows, width] along each video by distance in frames (or rows): a Gaussian of sigma frames, the mean or the median of a
 * window. A gap in the frames is a distance like any other, so what lies beyond it counts little or not at all (language rule 68).
 */
export function smooth(
  values: Float32Array,
  width: number,
  table: AnnotationTable,
  { kind, width: extent, within }: Smoothing,
): Float32Array {
  const result = new Float32Array(values.length);
  const half = kind === "gaussian" ? reach * extent.value : extent.value / 2;
  for (let row = 0; row < table.rows; row += 1) {
    const [from, to] = neighbours(table, row, half, extent, within);
    for (let i = 0; i < width; i += 1) {
      const at = row * width + i;
      if (kind === "median")
        result[at] = median(Array.from({ length: to - from }, (_, k) => values[(from + k) * width + i] ?? 0));
      else {
        let sum = 0;
        let weights = 0;
        for (let other = from; other < to; other += 1) {
          const far = distance(table, row, other, extent) / extent.value;
          const weight = kind === "gaussian" ? Math.exp(-(far * far) / 2) : 1;
          sum += weight * (values[other * width + i] ?? 0);
          weights += weight;
        }
        result[at] = sum / weights;
      }
    }
  }
  return result;
}

function distance(table: AnnotationTable, a: number, b: number, { unit }: Span): number {
  return unit === "rows" ? Math.abs(a - b) : Math.abs((table.frame[a] ?? 0) - (table.frame[b] ?? 0));
}

/** Rows of the same video that are near enough, as [from, to). */
function neighbours(
  table: AnnotationTable,
  row: number,
  half: number,
  extent: Span,
  within: Span | undefined,
): readonly [number, number] {
  const near = (other: number) =>
    table.video[other] === table.video[row] &&
    distance(table, row, other, extent) <= half &&
    (within === undefined || distance(table, row, other, within) <= within.value);
  let from = row;
  while (from > 0 && near(from - 1)) from -= 1;
  let to = row + 1;
  while (to < table.rows && near(to)) to += 1;
  return [from, to];
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  const middle = Math.floor(values.length / 2);
  const upper = values[middle] ?? 0;
  return values.length % 2 === 1 ? upper : (upper + (values[middle - 1] ?? 0)) / 2;
}
