import { type Dim, productOf } from "../ir/dim.ts";
import { defineOp } from "./define-op.ts";
import type { OnnxWriter } from "./onnx-writer.ts";
import { type SampleInput, sample } from "./sample.ts";

/**
 * Entry (n, d) of the tensor, seen as rows and columns, is (a(n) α(d) + b(n) β(d) + c(n)) mod p, plus ½, over p.
 * α and β are fixed for each column; a, b and c are read from fixed tables at places that the seed shifts. All numbers stay
 * whole and below 2²⁴, where float32 is exact, so every engine draws the same. The tables' lengths have no common factor, so
 * rows repeat only after their product. Draws are multiples of 1 / p: fine for masks; two streams make a finer number.
 */
export const prime = 2039;
const lengths = [2038, 2029, 2027] as const;
/** Seeds are whole numbers from 0 up to this, not included. */
export const seedLimit = 1 << 20;

const seed: SampleInput = { dtype: "int32", shape: [2], domain: { below: seedLimit } };

export const randomUniform = defineOp({
  name: "random_uniform",
  summary: "Numbers in (0, 1) that depend on the seed, the stream and the place alone.",
  inputs: ["seed"],
  outputs: ["y"],
  constraints: { C1: "a seed of two int32", C2: "a last axis of known size" },
  infer(inputs, { shape }: { shape: readonly Dim[]; stream: number }, require) {
    require("C1", inputs.seed.dtype === "int32" && inputs.seed.shape.length === 1 && inputs.seed.shape[0] === 2);
    require("C2", typeof (shape.at(-1) ?? 1) === "number", () => `the shape ends in a symbolic size`);
    return { y: { dtype: "float32", shape } };
  },
  gradient: undefined,
  onnx(w, inputs, { shape, stream }) {
    const columns = Number(shape.at(-1) ?? 1);
    const rows = productOf(shape.slice(0, -1));
    const place = w.reshape(rowNumbers(w, rows), [rows], [rows, 1]);
    const [low = "", high = ""] = w.nodes("Split", [inputs.seed.name, w.integers([1, 1])], 2, { axis: 0 });
    const reads = lengths.map((length, i) => {
      const start = w.node("Add", [i === 1 ? high : low, int32(w, offset(stream, i))]);
      const at = w.node("Mod", [w.node("Add", [place, start]), int32(w, length)]);
      return w.node("Gather", [w.constant("float32", [length], table(i, length)), at]);
    });
    const factors = w.constant("float32", [3, columns], columnFactors(columns));
    const whole = w.node("MatMul", [w.node("Concat", reads, { axis: 1 }), factors]);
    const share = w.node("Mul", [w.node("Add", [whole, w.scalar(0.5)]), w.scalar(1 / prime)]);
    const y = w.node("Sub", [share, w.node("Floor", [share])]);
    return { y: w.reshape(y, [rows, columns], shape) };
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

function rowNumbers(w: OnnxWriter, rows: Dim): string {
  if (typeof rows === "number")
    return w.constant(
      "int32",
      [rows],
      Int32Array.from({ length: rows }, (_, i) => i),
    );
  const count = w.node("Cast", [w.node("Squeeze", [w.sizes([rows])])], { to: 6 });
  return w.node("Range", [w.constant("int32", [], Int32Array.of(0)), count, w.constant("int32", [], Int32Array.of(1))]);
}

function int32(w: OnnxWriter, x: number): string {
  return w.constant("int32", [1], Int32Array.of(x));
}

/** Where a stream starts in table i. */
function offset(stream: number, i: number): number {
  return mix(stream * 3 + i + 1) % seedLimit;
}

/** The entries of table i: never 0 in the first, so that columns always differ. */
export function table(i: number, length: number): Float32Array {
  return Float32Array.from({ length }, (_, at) =>
    i === 0 ? 1 + (mix(at + 7919) % (prime - 1)) : mix(at + 104729 * i) % prime,
  );
}

export function columnFactors(columns: number): Float32Array {
  const factors = new Float32Array(3 * columns);
  for (let d = 0; d < columns; d++) {
    factors[d] = mix(d + 15485863) % prime;
    factors[columns + d] = mix(d + 32452843) % prime;
    factors[2 * columns + d] = 1;
  }
  return factors;
}

/** A bijection of 32-bit integers that mixes all bits (the finaliser of MurmurHash3), as an unsigned number. */
function mix(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
