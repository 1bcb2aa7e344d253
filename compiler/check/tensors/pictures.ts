import * as v from "../../ops/vocabulary.ts";
import type { Args, TensorFunctions, Use } from "../tensor-function.ts";
import type { TensorThing, Thing } from "../things.ts";
import { float, int, list, may, must, options } from "../type.ts";
import { countOf, numbersOf } from "./arguments.ts";
import { axesText, constrained, wireAxis } from "./axes.ts";
import { fixed, folded, unfolded } from "./layer-sizes.ts";

const poison: Thing = { kind: "poison" };

export type Pair = readonly [rows: number, columns: number];

/** Height and width of a picture [.., c, h, w]. */
export function sidesOf(use: Use, x: TensorThing): Pair {
  const [height, width] = x.wire.type.shape.slice(-2);
  if (x.axes.length < 3 || typeof height !== "number" || typeof width !== "number")
    return use.refuse("op-refuses", {
      callee: `\`${use.name}\``,
      reason: `it needs [.., c, h, w], not ${axesText(x)}`,
    });
  return [height, width];
}

/** One number for both sides of a picture, or [rows, columns]; 1 if it is not given. */
export function pairOf(use: Use, args: Args, name: string): Pair {
  if (args.get(name)?.kind !== "list") {
    const value = countOf(use, args, name, 1);
    return [value, value];
  }
  const [rows, columns, ...more] = numbersOf(args, name);
  return rows === undefined || columns === undefined || more.length > 0 || Math.min(rows, columns) < 1
    ? notSides(use, args, name, "one number or two, each at least 1")
    : [rows, columns];
}

export function notSides(use: Use, args: Args, name: string, expected: string): never {
  const actual = `[${numbersOf(args, name).join(", ")}]`;
  return use.refuse("out-of-range", { what: `\`${name}\``, expected, actual }, {}, use.placeOf(name));
}

/** One op under a square window that walks over a picture. */
function pooled(use: Use, x: TensorThing | undefined, args: Args, op: "max_pool" | "avg_pool"): Thing {
  if (x === undefined) return poison;
  sidesOf(use, x);
  const size = countOf(use, args, "size", 2);
  const stride = countOf(use, args, "stride", size);
  const pad = countOf(use, args, "pad", 0, 0);
  if (2 * pad > size) {
    const expected = "at most half of `size`, so that no window lies in the padding alone";
    return use.refuse("out-of-range", { what: "`pad`", expected, actual: pad }, {}, use.placeOf("pad"));
  }
  const { wire, lead } = folded(use, x, 3);
  const settings = { kernel: [size, size], strides: [stride, stride], pads: [pad, pad, pad, pad] };
  const y = constrained(use, () => v.at(use.g.apply(op, [wire], settings), 0));
  return { ...x, wire: unfolded(use, y, lead) };
}

/** [to, from]: each new place is the mean of places ⌊i from / to⌋ to ⌈(i + 1) from / to⌉ − 1, as PyTorch's adaptive pooling has it. */
function shares(from: number, to: number): Float32Array {
  const matrix = new Float32Array(to * from);
  for (let i = 0; i < to; i += 1) {
    const [first, end] = [Math.floor((i * from) / to), Math.ceil(((i + 1) * from) / to)];
    matrix.fill(1 / (end - first), i * from + first, i * from + end);
  }
  return matrix;
}

/** What is done to pictures, [.., c, h, w] (language rule 40). The mean of a whole one is `mean(x, over: [h, w])`. */
export const pictureFunctions: TensorFunctions = {
  max_pool: {
    doc: "The greatest of each window of size x size pixels: [.., c, h, w].",
    inputs: ["x"],
    params: { size: must(int), stride: may(int, "size"), pad: may(int, "0") },
    apply: (use, [x], args) => pooled(use, x, args, "max_pool"),
  },
  avg_pool: {
    doc: "The mean of each window of size x size pixels, padding counted as zeros: [.., c, h, w].",
    inputs: ["x"],
    params: { size: must(int), stride: may(int, "size"), pad: may(int, "0") },
    apply: (use, [x], args) => pooled(use, x, args, "avg_pool"),
  },
  adaptive_pool: {
    doc: "A picture of so many means, size x size or [rows, columns], each of its share of the pixels: [.., c, h, w].",
    inputs: ["x"],
    params: { size: must(options(int, list(int))) },
    apply(use, [x], args) {
      if (x === undefined) return poison;
      const [height, width] = sidesOf(use, x);
      const [rows, columns] = pairOf(use, args, "size");
      const { g } = use;
      const wide =
        columns === width
          ? x.wire
          : v.matmul(
              g,
              x.wire,
              v.transpose(g, g.constant("float32", [columns, width], shares(width, columns)), [1, 0]),
            );
      const wire =
        rows === height ? wide : v.matmul(g, g.constant("float32", [rows, height], shares(height, rows)), wide);
      return { ...x, wire };
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
