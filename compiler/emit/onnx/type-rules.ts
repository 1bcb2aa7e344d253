import { addDims, type Dim, divideDims, productOf, subtractDims } from "../../ir/dim.ts";
import type { DType } from "../../ir/graph.ts";
import { broadcastShapes } from "../../ops/broadcasting.ts";
import { dtypeOfCode } from "../../ops/onnx-writer.ts";
import type { Inferred, NodeReader } from "./node-reader.ts";

/** What a node's outputs are; undefined where it cannot be told. */
type Rule = (node: NodeReader) => readonly (Inferred | undefined)[] | undefined;
type Shape = readonly Dim[];

const one = (dtype: DType, shape: Shape | undefined, held?: readonly Dim[]) =>
  shape === undefined ? undefined : [{ type: { dtype, shape }, held }];

/** A place counted from the end if it is negative. */
const from = (place: number, rank: number) => (place < 0 ? place + rank : place);

const like: Rule = ({ inputs: [x] }) => (x === undefined ? undefined : [x]);

const elementwise: Rule = ({ inputs: [a, b] }) =>
  a === undefined || b === undefined ? undefined : one(a.type.dtype, broadcastShapes(a.type.shape, b.type.shape));

/** By op type: what the ops of compiler/ops are written with between their ends. */
export const typeRules: Readonly<Record<string, Rule>> = {
  Add: elementwise,
  Sub: elementwise,
  Mul: elementwise,
  Mod: elementwise,
  Floor: like,
  Identity: like,
  BatchNormalization: like,
  ScatterElements: like,

  Cast(node) {
    const dtype = dtypeOfCode.get(node.int("to") ?? 0);
    const x = node.input(0);
    return x === undefined || dtype === undefined ? undefined : one(dtype, x.type.shape, x.held);
  },

  Shape(node) {
    const shape = node.input(0)?.type.shape;
    if (shape === undefined) return undefined;
    const held = shape.slice(from(node.int("start") ?? 0, shape.length), node.int("end") ?? shape.length);
    return one("int64", [held.length], held);
  },

  Concat(node) {
    const [first, ...rest] = node.inputs;
    if (first === undefined) return undefined;
    const axis = from(node.int("axis") ?? 0, first.type.shape.length);
    let size: Dim = first.type.shape[axis] ?? 0;
    const held: Dim[] = [...(first.held ?? [])];
    for (const each of rest) {
      if (each === undefined) return undefined;
      size = addDims(size, each.type.shape[axis] ?? 0);
      held.push(...(each.held ?? []));
    }
    // Of sizes that are put together, only all say something.
    return one(first.type.dtype, first.type.shape.with(axis, size), held.length === size ? held : undefined);
  },

  Reshape(node) {
    const x = node.input(0);
    const wanted = node.input(1)?.held;
    if (x === undefined || wanted === undefined) return undefined;
    const sizes = wanted.map((dim, i) => (dim === 0 ? (x.type.shape[i] ?? 0) : dim));
    const open = sizes.indexOf(-1);
    if (open < 0) return one(x.type.dtype, sizes);
    const rest = divideDims(productOf(x.type.shape), productOf(sizes.toSpliced(open, 1)));
    return one(x.type.dtype, rest === undefined ? undefined : sizes.with(open, rest));
  },

  Expand(node) {
    const x = node.input(0);
    const wanted = node.input(1)?.held;
    return x === undefined || wanted === undefined
      ? undefined
      : one(x.type.dtype, broadcastShapes(x.type.shape, wanted));
  },

  Transpose(node) {
    const x = node.input(0);
    if (x === undefined) return undefined;
    const order = node.ints("perm") ?? x.type.shape.map((_, i) => i).toReversed();
    return one(
      x.type.dtype,
      order.map((axis) => x.type.shape[axis] ?? 1),
    );
  },

  Squeeze(node) {
    const x = node.input(0);
    const axes = node.numbers(1);
    if (x === undefined || (axes === undefined && node.inputs.length > 1)) return undefined;
    const { dtype, shape } = x.type;
    const gone = new Set(axes?.map((axis) => from(axis, shape.length)));
    const left = shape.filter((size, i) => (axes === undefined ? size !== 1 : !gone.has(i)));
    return one(dtype, left, x.held);
  },

  Unsqueeze(node) {
    const x = node.input(0);
    const axes = node.numbers(1);
    if (x === undefined || axes === undefined) return undefined;
    const rank = x.type.shape.length + axes.length;
    const places = axes.map((axis) => from(axis, rank)).toSorted((a, b) => a - b);
    return one(
      x.type.dtype,
      places.reduce<Shape>((shape, place) => shape.toSpliced(place, 0, 1), x.type.shape),
      x.held,
    );
  },

  Split(node) {
    const x = node.input(0);
    if (x === undefined) return undefined;
    const { dtype, shape } = x.type;
    const axis = from(node.int("axis") ?? 0, shape.length);
    const equal = divideDims(shape[axis] ?? 1, node.outputs);
    const sizes = node.input(1)?.held ?? (equal === undefined ? [] : Array<Dim>(node.outputs).fill(equal));
    return sizes.map((size) => ({ type: { dtype, shape: shape.with(axis, size) } }));
  },

  Slice(node) {
    const x = node.input(0);
    const [starts, ends] = [node.numbers(1), node.numbers(2)];
    if (x === undefined || starts === undefined || ends === undefined) return undefined;
    const axes = node.numbers(3) ?? starts.map((_, i) => i);
    const steps = node.numbers(4) ?? starts.map(() => 1);
    const shape = [...x.type.shape];
    for (const [i, axis] of axes.entries()) {
      const place = from(axis, shape.length);
      const size = sliced(shape[place] ?? 1, starts[i] ?? 0, ends[i] ?? 0, steps[i] ?? 1);
      if (size === undefined) return undefined;
      shape[place] = size;
    }
    return one(x.type.dtype, shape);
  },

  Pad(node) {
    const [x, pads] = [node.input(0), node.numbers(1)];
    if (x === undefined || pads === undefined) return undefined;
    const { dtype, shape } = x.type;
    const added = shape.map((size, i) => addDims(size, (pads[i] ?? 0) + (pads[i + shape.length] ?? 0)));
    return one(dtype, added);
  },

  ReduceSum(node) {
    const [x, axes] = [node.input(0), node.numbers(1)];
    if (x === undefined || axes === undefined) return undefined;
    const gone = new Set(axes.map((axis) => from(axis, x.type.shape.length)));
    const kept = node.int("keepdims") === 0 ? [] : [1];
    return one(
      x.type.dtype,
      x.type.shape.flatMap((size, i) => (gone.has(i) ? kept : [size])),
    );
  },

  Gather(node) {
    const [x, indices] = node.inputs;
    if (x === undefined || indices === undefined) return undefined;
    const { shape } = x.type;
    return one(x.type.dtype, shape.toSpliced(from(node.int("axis") ?? 0, shape.length), 1, ...indices.type.shape));
  },

  MatMul({ inputs: [a, b] }) {
    if (a === undefined || b === undefined || a.type.shape.length < 2 || b.type.shape.length < 2) return undefined;
    const lead = broadcastShapes(a.type.shape.slice(0, -2), b.type.shape.slice(0, -2));
    const [rows, columns] = [a.type.shape.at(-2) ?? 1, b.type.shape.at(-1) ?? 1];
    return one(a.type.dtype, lead === undefined ? undefined : [...lead, rows, columns]);
  },

  Gemm(node) {
    const [a, b] = node.inputs;
    if (a === undefined || b === undefined) return undefined;
    const rows = a.type.shape[node.int("transA") === 1 ? 1 : 0];
    const columns = b.type.shape[node.int("transB") === 1 ? 0 : 1];
    return one(a.type.dtype, rows === undefined || columns === undefined ? undefined : [rows, columns]);
  },

  Conv(node) {
    const [x, weight] = node.inputs;
    if (x === undefined || weight === undefined) return undefined;
    const kernel = weight.type.shape.slice(2);
    const pads = node.ints("pads") ?? kernel.flatMap(() => [0, 0]);
    const strides = node.ints("strides") ?? kernel.map(() => 1);
    const dilations = node.ints("dilations") ?? kernel.map(() => 1);
    const spatial = kernel.map((size, i) => {
      const full = x.type.shape[i + 2];
      if (typeof full !== "number" || typeof size !== "number") return undefined;
      const padded = full + (pads[i] ?? 0) + (pads[i + kernel.length] ?? 0);
      return Math.floor((padded - (dilations[i] ?? 1) * (size - 1) - 1) / (strides[i] ?? 1)) + 1;
    });
    const sizes = spatial.filter((size) => size !== undefined);
    const lead = [x.type.shape[0] ?? 1, weight.type.shape[0] ?? 1];
    return one(x.type.dtype, sizes.length === kernel.length ? [...lead, ...sizes] : undefined);
  },

  Range(node) {
    const [start, limit, step] = [node.numbers(0)?.[0], node.numbers(1)?.[0], node.numbers(2)?.[0]];
    const x = node.input(0);
    if (x === undefined || start === undefined || limit === undefined || step === undefined) return undefined;
    return one(x.type.dtype, [Math.max(0, Math.ceil((limit - start) / step))]);
  },

  LSTM: recurrent,
  GRU: recurrent,
};

/** All steps [time, directions, batch, hidden], and the last of each state [directions, batch, hidden]. */
function recurrent(node: NodeReader): readonly Inferred[] | undefined {
  const x = node.input(0);
  const hidden = node.int("hidden_size");
  if (x === undefined || hidden === undefined) return undefined;
  const { dtype, shape } = x.type;
  const last = [node.text("direction") === "bidirectional" ? 2 : 1, shape[1] ?? 1, hidden];
  const state: Inferred = { type: { dtype, shape: last } };
  return [{ type: { dtype, shape: [shape[0] ?? 1, last[0] ?? 1, last[1] ?? 1, hidden] } }, state, state];
}

/** How much of an axis a slice leaves. Of a symbolic size, only what goes on to its end can be told. */
function sliced(size: Dim, start: number, end: number, step: number): Dim | undefined {
  if (typeof size === "number") {
    const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
    const clamp = (place: number) => Math.min(high, Math.max(low, place < 0 ? place + size : place));
    const last = step < 0 && end < -size ? -1 : clamp(end);
    return Math.max(0, Math.ceil((last - clamp(start)) / step));
  }
  if (step !== 1) return undefined;
  if (start < 0) return end >= 2 ** 31 - 1 ? -start : undefined;
  if (end >= 2 ** 31 - 1) return subtractDims(size, start);
  return end < 0 ? subtractDims(size, start - end) : end - start;
}
