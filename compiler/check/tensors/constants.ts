import { fillGridPlaces, sineWaves } from "../../library/sine-places.ts";
import * as v from "../../ops/vocabulary.ts";
import type { TensorFunction, TensorFunctions, Use } from "../tensor-function.ts";
import type { Thing } from "../things.ts";
import { float, int, list, may, must, shape } from "../type.ts";
import { countOf, numbersOf, shapeOf } from "./arguments.ts";
import { axesText, constrained, wireAxis } from "./axes.ts";
import { fixed, folded, unfolded } from "./layers.ts";

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

/** Constant tensors and image ops (language rules 27, 40). */
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
  max_pool: {
    doc: "The greatest of each window of size x size pixels: [.., c, h, w].",
    inputs: ["x"],
    params: { size: must(int), stride: may(int, "size"), pad: may(int, "0") },
    apply(use, [x], args) {
      if (x === undefined) return poison;
      if (x.axes.length < 3)
        return use.refuse("op-refuses", { callee: "`max_pool`", reason: `it needs [.., c, h, w], not ${axesText(x)}` });
      const size = countOf(use, args, "size", 2);
      const stride = countOf(use, args, "stride", size);
      const pad = countOf(use, args, "pad", 0, 0);
      const { wire, lead } = folded(use, x, 3);
      const settings = { kernel: [size, size], strides: [stride, stride], pads: [pad, pad, pad, pad] };
      return {
        ...x,
        wire: unfolded(
          use,
          constrained(use, () => v.at(use.g.apply("max_pool", [wire], settings), 0)),
          lead,
        ),
      };
    },
  },
  normalize: {
    doc: "(x − mean) / std of each channel of a picture [.., c, h, w].",
    inputs: ["x"],
    params: { mean: must(list(float)), std: must(list(float)) },
    apply(use, [x], args) {
      if (x === undefined) return poison;
      const channels = fixed(use, x, x.axes.includes("c") ? "c" : (x.axes.at(-3) ?? ""));
      const mean = numbersOf(args, "mean");
      const std = numbersOf(args, "std");
      if (mean.length !== channels || std.length !== channels || std.some((each) => each <= 0)) {
        return use.refuse("out-of-range", {
          what: "`mean` and `std`",
          expected: `${channels} numbers each, std above 0`,
          actual: `${mean.length} and ${std.length}`,
        });
      }
      const after = x.wire.type.shape
        .slice(wireAxis(use, x, x.axes.includes("c") ? "c" : (x.axes.at(-3) ?? "")) + 1)
        .map(() => 1);
      const across = (numbers: readonly number[]) =>
        use.g.constant("float32", [channels, ...after], Float32Array.from(numbers));
      const scaled = v.multiply(use.g, v.subtract(use.g, x.wire, across(mean)), across(std.map((each) => 1 / each)));
      return { ...x, wire: scaled };
    },
  },
};

/** Numbers that a table of positions may have. */
const tableLimit = 2 ** 24;

function checkTable(use: Use, rows: number, dim: number): void {
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
