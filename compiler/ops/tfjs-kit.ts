import type { Dim } from "../ir/dim.ts";
import type { DType, Node, TensorData } from "../ir/graph.ts";

/** A tensor of TensorFlow.js. Every size is a number: graphs are run for given sizes. */
export interface TfjsTensor {
  readonly shape: readonly number[];
}

export type TfjsAttribute =
  | number
  | string
  | boolean
  | readonly number[]
  | readonly (readonly [before: number, after: number])[];

/**
 * What an op's TensorFlow.js rule may use. A rule names kernels that the native, the WebAssembly and the JavaScript backend have all three.
 * int64 and uint8 are int32 here. What a rule makes and does not give is freed behind it.
 */
export interface TfjsKit<T extends TfjsTensor> {
  /** Runs a kernel of one output; its names are those of @tensorflow/tfjs-core's `kernel_names`. */
  kernel(name: string, inputs: Readonly<Record<string, T>>, attributes?: Readonly<Record<string, TfjsAttribute>>): T;
  /** Runs a kernel of several outputs. */
  kernels(
    name: string,
    inputs: Readonly<Record<string, T>>,
    attributes?: Readonly<Record<string, TfjsAttribute>>,
  ): readonly T[];
  /** Runs a kernel of two outputs. */
  pair(
    name: string,
    inputs: Readonly<Record<string, T>>,
    attributes?: Readonly<Record<string, TfjsAttribute>>,
  ): readonly [T, T];
  /** Products of the matrices in the last two axes, each transposed on demand; the axes before them broadcast. */
  matmul(a: T, b: T, transposeA: boolean, transposeB: boolean): T;
  /** Tensors one after another along an axis. */
  concat(parts: readonly T[], axis: number): T;
  /** A tensor of known numbers, put on the device once for each array: the same numbers must be the same array. */
  constant(dtype: DType, shape: readonly number[], data: TensorData): T;
  scalar(x: number): T;
  reshape(x: T, shape: readonly number[]): T;
  /** x repeated along the axes where it has size 1 or none. */
  broadcast(x: T, shape: readonly number[]): T;
  /** `then` where the condition holds, else `otherwise`, all broadcast to a shape. */
  select(condition: T, then: T, otherwise: T, shape: readonly number[]): T;
}

/** An op on TensorFlow.js: its outputs from its inputs, which stay as they are. */
export type TfjsRule = <T extends TfjsTensor>(
  k: TfjsKit<T>,
  inputs: readonly (T | undefined)[],
  node: Node,
) => readonly T[];

/** How TensorFlow.js holds an element type: it has no int64 and no uint8. */
export const heldAs = {
  float32: "float32",
  int32: "int32",
  int64: "int32",
  uint8: "int32",
  bool: "bool",
} as const satisfies Readonly<Record<DType, string>>;

/** The sizes of a node's output. */
export function outputSizes(node: Node, output = 0): readonly number[] {
  return sizes(node.outputs[output]?.type.shape ?? []);
}

/** Sizes as numbers, which they are in a graph that runs. */
export function sizes(shape: readonly Dim[]): readonly number[] {
  return shape.map(Number);
}

/** 0, step, 2 step ..: one array for each, so that a device holds it once. */
export function multiples(count: number, step: number): Int32Array {
  return wholeNumbers(`${step} ${count}`, () => Array.from({ length: count }, (_, i) => i * step));
}

/** A whole number as an array, one for each. */
export function numberOf(x: number): Int32Array {
  return wholeNumbers(String(x), () => [x]);
}

/** Whole numbers by a name of theirs, as one array for each name. */
export function wholeNumbers(name: string, make: () => readonly number[]): Int32Array {
  const known = arrays.get(name);
  if (known !== undefined) return known;
  const made = Int32Array.from(make());
  arrays.set(name, made);
  return made;
}

const arrays = new Map<string, Int32Array>();

/** Indices [.., k] of rows [.., rows, d], each leading entry with its own, as indices of the rows of all in one list. */
export function flatIndices<T extends TfjsTensor>(k: TfjsKit<T>, indices: T, rows: number): T {
  const each = indices.shape.at(-1) ?? 1;
  const leading = sizeOf(indices.shape) / each;
  const starts = k.constant("int32", [leading, 1], multiples(leading, rows));
  return k.reshape(k.kernel("Add", { a: k.reshape(indices, [leading, each]), b: starts }), [leading * each]);
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
