import { cubicSamples } from "../../library/cubic-samples.ts";
import * as v from "../../ops/vocabulary.ts";
import type { TensorFunctions, Use } from "../tensor-function.ts";
import type { TensorThing, Thing } from "../things.ts";
import { float, int, list, may, must } from "../type.ts";
import { countOf, numberOf, numbersOf } from "./arguments.ts";
import { axesText, constrained } from "./axes.ts";
import { checkTable } from "./constants.ts";
import { fixed } from "./layer-sizes.ts";

const poison: Thing = { kind: "poison" };

/** Where the cells of a grid stand, for networks over patches of a picture (language rule 27). */
export const placeFunctions: TensorFunctions = {
  /** RoPE over two axes as DINOv3 has it (https://arxiv.org/abs/2508.10104): angles of the rows, then of the columns, and both again. */
  rotary2d: {
    doc: "Sines and cosines [n, d] that turn queries and keys by their place in a grid, as DINOv3 has it: a map of `sin` and `cos`.",
    inputs: [],
    params: { rows: must(int), columns: must(int), dim: must(int), base: may(float, "100") },
    apply(use, _, args) {
      const [rows, columns] = [countOf(use, args, "rows", 1), countOf(use, args, "columns", 1)];
      const dim = countOf(use, args, "dim", 4);
      const base = numberOf(args, "base", 100);
      if (dim % 4 !== 0)
        return use.refuse("op-refuses", { callee: "`rotary2d`", reason: `the width ${dim} is not divisible by 4` });
      if (base <= 0) return use.refuse("out-of-range", { what: "`base`", expected: "above 0", actual: base });
      checkTable(use, rows * columns, dim);
      const angles = rotaryAngles(rows, columns, dim, base);
      const table = (of: (angle: number) => number): TensorThing => ({
        kind: "tensor",
        wire: use.g.constant("float32", [rows * columns, dim], Float32Array.from(angles, of)),
        batched: false,
        axes: ["n", "d"],
      });
      const entries = new Map([
        ["sin", table(Math.sin)],
        ["cos", table(Math.cos)],
      ]);
      return { kind: "map", entries, places: new Map() };
    },
  },
  /** https://arxiv.org/abs/2103.14030, equation 4: the table has a row for every way of one cell to lie beside another. */
  relative_places: {
    doc: "For each pair of cells of a window, [n × n], which of the (2 rows − 1) × (2 columns − 1) ways the first lies from the second.",
    inputs: [],
    params: { rows: must(int), columns: must(int) },
    apply(use, _, args) {
      const [rows, columns] = [countOf(use, args, "rows", 1), countOf(use, args, "columns", 1)];
      const n = rows * columns;
      checkTable(use, n, n);
      const places = BigInt64Array.from({ length: n * n }, (_entry, k) => {
        const [first, second] = [Math.floor(k / n), k % n];
        const down = Math.floor(first / columns) - Math.floor(second / columns) + rows - 1;
        const right = (first % columns) - (second % columns) + columns - 1;
        return BigInt(down * (2 * columns - 1) + right);
      });
      return { kind: "tensor", wire: use.g.constant("int64", [n * n], places), batched: false, axes: ["k"] };
    },
  },
  /** Positions learned at one size of picture, at another; as timm has it (`resample_abs_pos_embed`). */
  regrid: {
    doc: "What the cells of a grid have, [.., n, d], for a grid of another size: bicubic, over a wider reach where it gets smaller. Sizes are [rows, columns].",
    inputs: ["x"],
    params: { from: must(list(int)), to: must(list(int)) },
    apply(use, [x], args) {
      if (x === undefined) return poison;
      const [rows, columns] = sidesOf(use, numbersOf(args, "from"), "from");
      const [high, wide] = sidesOf(use, numbersOf(args, "to"), "to");
      const cells = x.axes.length < 2 ? undefined : fixed(use, x, x.axes.at(-2) ?? "");
      if (cells !== rows * columns)
        return use.refuse("op-refuses", {
          callee: "`regrid`",
          reason: `it needs [.., n, d] of ${rows} × ${columns} cells, not ${axesText(x)}`,
        });
      if (rows === high && columns === wide) return x;
      checkTable(use, high * wide, rows * columns);
      const matrix = use.g.constant(
        "float32",
        [high * wide, rows * columns],
        crossed(cubicSamples(rows, high), cubicSamples(columns, wide)),
      );
      return { ...x, wire: constrained(use, () => v.matmul(use.g, matrix, x.wire)) };
    },
  },
};

function sidesOf(use: Use, sides: readonly number[], what: string): readonly [number, number] {
  const [rows, columns, ...more] = sides;
  if (rows === undefined || columns === undefined || more.length > 0 || rows < 1 || columns < 1)
    return use.refuse("out-of-range", {
      what: `\`${what}\``,
      expected: "two numbers, each at least 1",
      actual: `[${sides.join(", ")}]`,
    });
  return [rows, columns];
}

/** [n, dim]: 2π y / base^(4i/dim) for i below dim / 4, the same of x, and all of it again; centres of cells, y and x from −1 to 1. */
function rotaryAngles(rows: number, columns: number, dim: number, base: number): Float64Array {
  const quarter = dim / 4;
  const centre = (i: number, count: number) => (2 * (i + 0.5)) / count - 1;
  return Float64Array.from({ length: rows * columns * dim }, (_, k) => {
    const [cell, column] = [Math.floor(k / dim), (k % dim) % (2 * quarter)];
    const at = column < quarter ? centre(Math.floor(cell / columns), rows) : centre(cell % columns, columns);
    return (2 * Math.PI * at) / base ** ((2 * (column % quarter)) / (dim / 2));
  });
}

/** The Kronecker product of two matrices, each a list of rows. */
function crossed(a: readonly Float64Array[], b: readonly Float64Array[]): Float32Array {
  const rows = a.flatMap((left) => b.map((right) => Array.from(left).flatMap((x) => Array.from(right, (y) => x * y))));
  return Float32Array.from(rows.flat());
}
