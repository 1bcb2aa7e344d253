/** Ops as functions. Rules speak of other ops only by these, so that op files do not import one another. */
import type { GraphBuilder } from "../ir/builder.ts";
import { type Dim, sameShape } from "../ir/dim.ts";
import type { Attributes, DType, Value } from "../ir/graph.ts";
import { invariant } from "../ir/invariant.ts";

type G = GraphBuilder;

function one(g: G, op: string, inputs: readonly (Value | undefined)[], attributes?: Attributes): Value {
  return at(g.apply(op, inputs, attributes), 0);
}

/** The i-th of an op's outputs. */
export function at(values: readonly Value[], i: number): Value {
  const value = values[i];
  invariant(value !== undefined, `there is no output ${i}`);
  return value;
}

export const add = (g: G, a: Value, b: Value) => one(g, "add", [a, b]);
export const subtract = (g: G, a: Value, b: Value) => one(g, "subtract", [a, b]);
export const multiply = (g: G, a: Value, b: Value) => one(g, "multiply", [a, b]);
export const divide = (g: G, a: Value, b: Value) => one(g, "divide", [a, b]);
export const power = (g: G, a: Value, b: Value) => one(g, "power", [a, b]);
export const maximum = (g: G, a: Value, b: Value) => one(g, "maximum", [a, b]);
export const minimum = (g: G, a: Value, b: Value) => one(g, "minimum", [a, b]);
/** x times a number. */
export const scale = (g: G, x: Value, factor: number) => (factor === 1 ? x : multiply(g, x, g.scalar(factor)));
/** x plus a number. */
export const shift = (g: G, x: Value, by: number) => (by === 0 ? x : add(g, x, g.scalar(by)));
/** The sum of some values of one shape, undefined for none. */
export const total = (g: G, values: readonly Value[]) =>
  values.reduce<Value | undefined>((sum, value) => (sum === undefined ? value : add(g, sum, value)), undefined);

export const less = (g: G, a: Value, b: Value) => one(g, "less", [a, b]);
export const lessOrEqual = (g: G, a: Value, b: Value) => one(g, "less_or_equal", [a, b]);
export const greater = (g: G, a: Value, b: Value) => one(g, "greater", [a, b]);
export const greaterOrEqual = (g: G, a: Value, b: Value) => one(g, "greater_or_equal", [a, b]);
export const equal = (g: G, a: Value, b: Value) => one(g, "equal", [a, b]);
/** `then` where the condition (bool) holds, else `otherwise`. */
export const where = (g: G, condition: Value, then: Value, otherwise: Value) =>
  one(g, "where", [condition, then, otherwise]);

export const negate = (g: G, x: Value) => one(g, "negate", [x]);
export const exp = (g: G, x: Value) => one(g, "exp", [x]);
export const log = (g: G, x: Value) => one(g, "log", [x]);
export const squareRoot = (g: G, x: Value) => one(g, "square_root", [x]);
export const absolute = (g: G, x: Value) => one(g, "absolute", [x]);
export const floor = (g: G, x: Value) => one(g, "floor", [x]);
export const cosine = (g: G, x: Value) => one(g, "cosine", [x]);
export const sine = (g: G, x: Value) => one(g, "sine", [x]);
export const errorFunction = (g: G, x: Value) => one(g, "error_function", [x]);
export const relu = (g: G, x: Value) => one(g, "relu", [x]);
export const leakyRelu = (g: G, x: Value, slope: number) => one(g, "leaky_relu", [x], { slope });
export const gelu = (g: G, x: Value) => one(g, "gelu", [x]);
export const sigmoid = (g: G, x: Value) => one(g, "sigmoid", [x]);
export const tanh = (g: G, x: Value) => one(g, "tanh", [x]);
export const softplus = (g: G, x: Value) => one(g, "softplus", [x]);
export const square = (g: G, x: Value) => multiply(g, x, x);

export const softmax = (g: G, x: Value, axis: number) => one(g, "softmax", [x], { axis });
export const logSoftmax = (g: G, x: Value, axis: number) => one(g, "log_softmax", [x], { axis });

export const cast = (g: G, x: Value, to: DType) => (x.type.dtype === to ? x : one(g, "cast", [x], { to }));
export const reshape = (g: G, x: Value, shape: readonly Dim[]) =>
  sameShape(x.type.shape, shape) ? x : one(g, "reshape", [x], { shape });
/** Axis i of the result is axis `order[i]` of x. */
export const transpose = (g: G, x: Value, order: readonly number[]) =>
  order.every((axis, i) => axis === i) ? x : one(g, "transpose", [x], { order });
export const broadcast = (g: G, x: Value, shape: readonly Dim[]) =>
  sameShape(x.type.shape, shape) ? x : one(g, "broadcast", [x], { shape });
/** Entries `start` to `end` (not included) of an axis; a negative or symbolic end counts as it is. */
export const slice = (g: G, x: Value, axis: number, start: Dim, end: Dim) =>
  one(g, "slice", [x], { axis, bounds: [start, end] });
export const concat = (g: G, xs: readonly Value[], axis: number) =>
  xs.length === 1 ? at(xs, 0) : one(g, "concat", xs, { axis });
export const split = (g: G, x: Value, axis: number, sizes: readonly Dim[]) => g.apply("split", [x], { axis, sizes });
export const splitTwo = (g: G, x: Value, axis: number, sizes: readonly [Dim, Dim]): readonly [Value, Value] => {
  const parts = split(g, x, axis, sizes);
  return [at(parts, 0), at(parts, 1)];
};
/** Zeros before and after along one axis. */
export const pad = (g: G, x: Value, axis: number, before: Dim, after: Dim) =>
  one(g, "pad", [x], { axis, amounts: [before, after] });

export const reduceSum = (g: G, x: Value, axes: readonly number[], keep = false) =>
  one(g, "reduce_sum", [x], { axes, keep });
export const reduceMean = (g: G, x: Value, axes: readonly number[], keep = false) =>
  one(g, "reduce_mean", [x], { axes, keep });
export const reduceMax = (g: G, x: Value, axes: readonly number[], keep = false) =>
  one(g, "reduce_max", [x], { axes, keep });
export const reduceMin = (g: G, x: Value, axes: readonly number[], keep = false) =>
  one(g, "reduce_min", [x], { axes, keep });
/** The sum of all entries, a scalar. */
export const meanAll = (g: G, x: Value) =>
  reduceMean(
    g,
    x,
    x.type.shape.map((_, i) => i),
  );
export const sumAll = (g: G, x: Value) =>
  reduceSum(
    g,
    x,
    x.type.shape.map((_, i) => i),
  );

/** Each entry with those before it along an axis added, or those behind it. */
export const cumulativeSum = (g: G, x: Value, axis: number, reverse: boolean) =>
  one(g, "cumulative_sum", [x], { axis, reverse });

/** Product of matrices in the last two axes, the others broadcast. */
export const matmul = (g: G, a: Value, b: Value) => one(g, "matmul", [a, b]);
/** Product of two matrices, each transposed on demand, plus c (broadcast). */
export const gemm = (
  g: G,
  a: Value,
  b: Value,
  options: { transA?: boolean; transB?: boolean; c?: Value | undefined } = {},
) => one(g, "gemm", [a, b, options.c], { transA: options.transA ?? false, transB: options.transB ?? false });
/** x Wᵀ + b over the last axis; W is [out, in]. */
export const linear = (g: G, x: Value, weight: Value, bias: Value | undefined) => one(g, "linear", [x, weight, bias]);
export const layerNorm = (g: G, x: Value, weight: Value, bias: Value, eps: number) =>
  one(g, "layer_norm", [x, weight, bias], { eps });

/** x[..., indices, ...] along one axis, each leading entry with its own indices. */
export const gatherRows = (g: G, x: Value, indices: Value) => one(g, "gather_rows", [x, indices]);
export const scatterRows = (g: G, x: Value, indices: Value, size: Dim) =>
  one(g, "scatter_rows", [x, indices], { size: [size] });
/** Real rows first, in their order or from the last; `back` undoes it. */
export const packRows = (g: G, x: Value, present: Value, way: { readonly reverse: boolean; readonly back: boolean }) =>
  one(g, "pack_rows", [x, present], way);
export const oneHot = (g: G, indices: Value, depth: Dim) => one(g, "one_hot", [indices], { depth: [depth] });

/** Numbers above 0 and below 1 that depend on the seed, the stream and the place alone. */
export const randomUniform = (g: G, seed: Value, shape: readonly Dim[], stream: number) =>
  one(g, "random_uniform", [seed], { shape, stream });
/** The value itself; no gradient flows back. */
export const stopGradient = (g: G, x: Value) => one(g, "stop_gradient", [x]);
