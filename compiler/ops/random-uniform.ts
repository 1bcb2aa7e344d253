import { type Dim, productOf } from "../ir/dim.ts";
import { defineOp } from "./define-op.ts";
import { type OnnxWriter, onnxDataType } from "./onnx-writer.ts";
import { type SampleInput, sample } from "./sample.ts";
import { multiples, numberOf, sizeOf, sizes } from "./tfjs-kit.ts";
import { call, named, tuple } from "./torch-text.ts";

/**
 * Entry (n, d) of the tensor, seen as rows and columns, is ((a(n) α(d) + b(n) β(d) + c(n)) mod p + ½) / p. α and β are fixed
 * for each column; a, b and c are read from fixed tables at places that the seed shifts. The tables' lengths have no common
 * factor, so rows repeat only after their product. Draws are odd multiples of 1 / 2p: fine for masks; two streams make a
 * finer number.
 *
 * Every engine draws the same. a, b, α and β lie between -p/2 and p/2, so all sums are whole numbers below 2²¹, exact in
 * float32 even with their half; the factors have 11 bits, exact in TF32 too. The quotient by p is off by less than half a
 * step, so its floor is right, and what the floor leaves over is exact again.
 */
export const prime = 2039;
/** Seeds are whole numbers from 0 up to this, not included. */
export const seedLimit = 1 << 20;
/** The tables of a, b and c. */
export const rowTables: readonly Float32Array[] = [
  // Never 0, so that columns with different α always differ.
  Float32Array.from({ length: 2038 }, (_, at) => centred(1 + (mix(at + 7919) % (prime - 1)))),
  Float32Array.from({ length: 2029 }, (_, at) => centred(mix(at + 104729) % prime)),
  Float32Array.from({ length: 2027 }, (_, at) => mix(at + 209458) % prime),
];
/** What each number of the seed is multiplied by, so that seeds which count up do not merely shift the rows. */
export const seedStrides: readonly [number, number] = [1021, 1597];

type Draw = { shape: readonly Dim[]; stream: number };

const seed: SampleInput = { dtype: "int32", shape: [2], domain: { below: seedLimit } };

export const randomUniform = defineOp({
  name: "random_uniform",
  summary: "Numbers above 0 and below 1 that depend on the seed, the stream and the place alone.",
  inputs: ["seed"],
  outputs: ["y"],
  constraints: { C1: "a seed of two int32", C2: "a last axis of known size" },
  infer(inputs, { shape }: Draw, require) {
    require("C1", inputs.seed.dtype === "int32" && inputs.seed.shape.length === 1 && inputs.seed.shape[0] === 2);
    require("C2", typeof (shape.at(-1) ?? 1) === "number", () => `the shape ends in a symbolic size`);
    return { y: { dtype: "float32", shape } };
  },
  gradient: undefined,
  onnx: (w, inputs, attributes) => ({
    y: draws(w, inputs.seed.name, attributes, (x, length) => w.node("Mod", [x, length])),
  }),
  // There is no kernel for Mod of integers.
  webgpu: (w, inputs, attributes) => ({
    y: draws(w, inputs.seed.name, attributes, (x, length) =>
      w.node("Sub", [x, w.node("Mul", [w.node("Div", [x, length]), length])]),
    ),
  }),
  tfjs(k, inputs, { shape, stream }) {
    const wanted = sizes(shape);
    const columns = wanted.at(-1) ?? 1;
    const rows = sizeOf(wanted.slice(0, -1));
    const place = k.constant("int32", [rows, 1], multiples(rows, 1));
    const whole = (x: number) => k.constant("int32", [], numberOf(x));
    const starts = seedStrides.map((stride, i) =>
      k.kernel("Multiply", { a: k.kernel("Slice", { x: inputs.seed }, { begin: [i], size: [1] }), b: whole(stride) }),
    );
    const reads = rowTables.flatMap((table, i) => {
      const start = starts[i === 1 ? 1 : 0];
      if (start === undefined) return [];
      const from = k.kernel("Add", { a: start, b: whole(streamStart(stream, i)) });
      const at = k.kernel("Mod", { a: k.kernel("Add", { a: place, b: from }), b: whole(table.length) });
      const read = k.constant("float32", [table.length], table);
      return [k.kernel("GatherV2", { x: read, indices: at }, { axis: 0, batchDims: 0 })];
    });
    const factors = k.constant("float32", [3, columns], columnFactors(columns));
    const a = k.concat(reads, 1);
    const product = k.matmul(a, factors, false, false);
    const half = k.kernel("Add", { a: product, b: k.scalar(0.5) });
    const share = k.scalar(1 / prime);
    const quotient = k.kernel("Floor", { x: k.kernel("Multiply", { a: half, b: share }) });
    const rest = k.kernel("Sub", { a: half, b: k.kernel("Multiply", { a: quotient, b: k.scalar(prime) }) });
    return { y: k.reshape(k.kernel("Multiply", { a: rest, b: share }), wanted) };
  },
  torch(w, inputs, { shape, stream }) {
    // What is drawn for each clip of the batch is drawn for the clips of every rank.
    const [first = 1] = shape;
    const shared = typeof first === "number" ? [named("shared", "True")] : [];
    return call("uniform", inputs.seed, w.stream(stream), tuple(shape.map(w.size)), ...shared);
  },
  samples: [
    sample([seed], { shape: [40, 50], stream: 0 }),
    sample([seed], { shape: [3, 4, 5], stream: 7 }),
    sample([seed], { shape: [6, 1], stream: 2 }),
    sample([seed], { shape: [], stream: 3 }),
  ],
  rejects: {
    C1: sample([{ dtype: "int32", shape: [1], domain: { below: 5 } }], { shape: [2], stream: 0 }),
    C2: sample([seed], { shape: [{ terms: [{ coefficient: 1, symbols: ["n"] }] }], stream: 0 }),
  },
});

/** The nodes of the formula; `rest` is what a division leaves over of numbers that are not negative. */
function draws(
  w: OnnxWriter,
  seedName: string,
  { shape, stream }: Draw,
  rest: (x: string, divisor: string) => string,
): string {
  const columns = Number(shape.at(-1) ?? 1);
  const rows = productOf(shape.slice(0, -1));
  const place = w.reshape(rowNumbers(w, rows), [rows], [rows, 1]);
  const halves = w.nodes("Split", [seedName, w.integers([1, 1])], 2, { axis: 0 });
  const [low, high] = seedStrides.map((stride, i) => w.node("Mul", [halves[i] ?? "", int32(w, stride)]));
  const reads = rowTables.map((table, i) => {
    const start = w.node("Add", [(i === 1 ? high : low) ?? "", int32(w, streamStart(stream, i))]);
    const at = rest(w.node("Add", [place, start]), int32(w, table.length));
    return w.node("Gather", [w.constant("float32", [table.length], table), at]);
  });
  const factors = w.constant("float32", [3, columns], columnFactors(columns));
  const whole = w.node("MatMul", [w.node("Concat", reads, { axis: 1 }), factors]);
  const half = w.node("Add", [whole, w.scalar(0.5)]);
  const quotient = w.node("Floor", [w.node("Mul", [half, w.scalar(1 / prime)])]);
  const over = w.node("Sub", [half, w.node("Mul", [quotient, w.scalar(prime)])]);
  return w.reshape(w.node("Mul", [over, w.scalar(1 / prime)]), [rows, columns], shape);
}

/** α, β and 1 for each column: [3, columns]. */
export function columnFactors(columns: number): Float32Array {
  const known = factorsOf.get(columns);
  if (known !== undefined) return known;
  const factors = new Float32Array(3 * columns);
  for (let d = 0; d < columns; d++) {
    factors[d] = centred(mix(d + 15485863) % prime);
    factors[columns + d] = centred(mix(d + 32452843) % prime);
    factors[2 * columns + d] = 1;
  }
  factorsOf.set(columns, factors);
  return factors;
}

/** One array for each width, so that a graph holds it once. */
const factorsOf = new Map<number, Float32Array>();

/** Where a stream starts in table i, before the seed shifts it. */
export function streamStart(stream: number, i: number): number {
  return mix(stream * 3 + i + 1) % seedLimit;
}

function rowNumbers(w: OnnxWriter, rows: Dim): string {
  const count = w.node("Cast", [w.node("Squeeze", [w.sizes([rows])])], { to: onnxDataType.int32 });
  return w.node("Range", [w.constant("int32", [], Int32Array.of(0)), count, w.constant("int32", [], Int32Array.of(1))]);
}

function int32(w: OnnxWriter, x: number): string {
  return w.constant("int32", [1], Int32Array.of(x));
}

/** The number between -p/2 and p/2 that is the same modulo p. */
function centred(x: number): number {
  return x > prime / 2 ? x - prime : x;
}

/** A bijection of 32-bit integers that mixes all bits (the finaliser of MurmurHash3), as an unsigned number. */
function mix(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
