import { type SquareGrid, squareGrid } from "../../compiler/library/weight-names/index.ts";

/** Of the cubic that torch.nn.functional.interpolate has, as OpenCV's. */
const steepness = -0.75;

/**
 * A table of positions [rows, width] of one square grid for another, each width by itself: bicubic, cells aligned by their edges, without
 * smoothing, as facebookresearch/mae's `interpolate_pos_embed` makes it (PyTorch's mode "bicubic", align_corners false). Rows before the
 * grid stay. Throws a RangeError where a table is of no such grid.
 */
export function resizedPositions(table: Float32Array, width: number, rows: number): Float32Array {
  const held = table.length / width;
  if (held === rows) return table;
  const [from, to] = [gridOf(held), gridOf(rows)];
  if (from.before !== to.before)
    throw new RangeError("one of the tables has a row for the class token, the other none");
  const result = new Float32Array(rows * width);
  result.set(table.subarray(0, from.before * width));
  const taps = Array.from({ length: to.side }, (_, i) => tapsOf(i, from.side, to.side));
  // Rows first, then columns: the cubic of a product is the product of cubics.
  const tall = new Float64Array(to.side * from.side * width);
  const start = from.before * width;
  for (const [i, row] of taps.entries())
    for (const [source, weight] of row)
      for (let k = 0; k < from.side * width; k += 1)
        tall[i * from.side * width + k] =
          (tall[i * from.side * width + k] ?? 0) + weight * (table[start + source * from.side * width + k] ?? 0);
  for (let i = 0; i < to.side; i += 1)
    for (const [j, column] of taps.entries())
      for (let k = 0; k < width; k += 1) {
        let sum = 0;
        for (const [source, weight] of column) sum += weight * (tall[(i * from.side + source) * width + k] ?? 0);
        result[(to.before + i * to.side + j) * width + k] = sum;
      }
  return result;
}

function gridOf(rows: number): SquareGrid {
  const grid = squareGrid(rows);
  if (grid === undefined) throw new RangeError(`a table of ${rows} positions is no square grid`);
  return grid;
}

/** The four cells around a place and their weights; those beyond the edge are the edge's. */
function tapsOf(i: number, from: number, to: number): readonly (readonly [source: number, weight: number])[] {
  const place = ((i + 0.5) * from) / to - 0.5;
  const cell = Math.floor(place);
  const t = place - cell;
  return [-1, 0, 1, 2].map((k) => [Math.min(from - 1, Math.max(0, cell + k)), cubic(t - k)] as const);
}

/** Keys' cubic convolution kernel. */
function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return ((steepness + 2) * x - (steepness + 3)) * x * x + 1;
  return x < 2 ? ((steepness * x - 5 * steepness) * x + 8 * steepness) * x - 4 * steepness : 0;
}
