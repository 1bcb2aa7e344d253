import { fillGridPlaces } from "../../compiler/library/sine-places.ts";
import type { WeightFile } from "./weight-file.ts";

/** What tables of positions are called; of larger ones none is looked at. */
const names = /(^|[._])(pos_embed|position_embeddings|place)$/;
const mostNumbers = 1 << 24;
/** Files have the sines of another program's float64 as float32, or as half precision. */
const tolerance = 1e-3;

/** Tables of a file that are the fixed ones of a square grid, with a row of zeros before them for the class token. */
export function fixedPlaces(file: WeightFile): ReadonlySet<string> {
  const fixed = new Set<string>();
  for (const [name, { shape }] of file.tensors) {
    const [rows = 0, dim = 0] = shape.slice(-2);
    const side = Math.round(Math.sqrt(rows - 1));
    if (!names.test(name) || rows * dim > mostNumbers || dim === 0 || dim % 4 !== 0 || side * side !== rows - 1)
      continue;
    if (shape.reduce((product, size) => product * size, 1) !== rows * dim) continue;
    const expected = new Float32Array(rows * dim);
    fillGridPlaces(expected.subarray(dim), side, side, dim);
    const numbers = file.read(name);
    if (expected.every((value, i) => Math.abs(value - (numbers[i] ?? Number.NaN)) <= tolerance)) fixed.add(name);
  }
  return fixed;
}
