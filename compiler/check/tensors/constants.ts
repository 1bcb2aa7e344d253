import { fillGridPlaces, sineWaves } from "../../library/sine-places.ts";
import * as v from "../../ops/vocabulary.ts";
import type { TensorFunction, TensorFunctions, Use } from "../tensor-function.ts";
import type { Thing } from "../things.ts";
import { int, must, shape } from "../type.ts";
import { countOf, shapeOf } from "./arguments.ts";

const poison: Thing = { kind: "poison" };

const filled = (value: number): TensorFunction => ({
  doc: `A tensor of ${value === 0 ? "zeros" : "ones"}. Without a shape, where first weights are said: every entry is ${value}.`,
  inputs: [],
  params: { shape: must(shape) },
  apply(use, _, args) {
    const wanted = shapeOf(args, "shape");
    if (wanted === undefined) return poison;
    const sizes = wanted.axes.map(({ name, size }) => size ?? use.refuse("size-unknown", { axis: name }));
    return {
      kind: "tensor",
      wire: v.broadcast(use.g, use.g.scalar(value), sizes),
      batched: false,
      axes: wanted.axes.map(({ name }) => name),
    };
  },
});

/** Constant tensors (language rule 27). */
export const constantFunctions: TensorFunctions = {
  zeros: filled(0),
  ones: filled(1),
  /** Sine and cosine of positions, halves side by side: frequencies 10000^(−2i/dim). */
  sincos1d: {
    doc: "The fixed place of each of `length` positions, [n, d]: sines and cosines of frequencies 10000^(−2i/dim).",
    inputs: [],
    params: { length: must(int), dim: must(int) },
    apply(use, _, args) {
      const [length, dim] = [countOf(use, args, "length", 1), countOf(use, args, "dim", 2)];
      if (dim % 2 !== 0) return use.refuse("op-refuses", { callee: "`sincos1d`", reason: `the width ${dim} is odd` });
      checkTable(use, length, dim);
      const table = tableOf(`${length} ${dim}`, length * dim, (into) => {
        for (let i = 0; i < length; i += 1) into.set(sineWaves(i, dim), i * dim);
      });
      return {
        kind: "tensor",
        wire: use.g.constant("float32", [length, dim], table),
        batched: false,
        axes: ["n", "d"],
      };
    },
  },
  /** The fixed place of each cell of a grid, as masked auto-encoders have it (https://github.com/facebookresearch/mae): columns, then rows. */
  sincos2d: {
    doc: "The fixed place of each cell of a grid, [n, d], as masked auto-encoders have it.",
    inputs: [],
    params: { rows: must(int), columns: must(int), dim: must(int) },
    apply(use, _, args) {
      const [rows, columns, dim] = [
        countOf(use, args, "rows", 1),
        countOf(use, args, "columns", 1),
        countOf(use, args, "dim", 4),
      ];
      if (dim % 4 !== 0)
        return use.refuse("op-refuses", { callee: "`sincos2d`", reason: `the width ${dim} is not divisible by 4` });
      checkTable(use, rows * columns, dim);
      const table = tableOf(`${rows} ${columns} ${dim}`, rows * columns * dim, (into) =>
        fillGridPlaces(into, rows, columns, dim),
      );
      const wire = use.g.constant("float32", [rows * columns, dim], table);
      return { kind: "tensor", wire, batched: false, axes: ["n", "d"] };
    },
  },
};

/** Numbers that a table of positions may have. */
const tableLimit = 2 ** 24;

export function checkTable(use: Use, rows: number, dim: number): void {
  if (rows * dim <= tableLimit) return;
  use.refuse("op-refuses", { callee: `\`${use.name}\``, reason: `a table of ${rows} × ${dim} numbers is too large` });
}

/** Tables that were made before, the latest few: every model of a spec has the same. */
const tables = new Map<string, Float32Array>();
const tablesKept = 8;

function tableOf(key: string, size: number, fill: (into: Float32Array) => void): Float32Array {
  const known = tables.get(key);
  if (known !== undefined) return known;
  const table = new Float32Array(size);
  fill(table);
  const [oldest] = tables.keys();
  if (tables.size >= tablesKept && oldest !== undefined) tables.delete(oldest);
  tables.set(key, table);
  return table;
}
