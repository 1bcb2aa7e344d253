import type { GraphBuilder } from "../ir/builder.ts";
import { type Dim, sameShape } from "../ir/dim.ts";
import type { DType, TensorData, Value } from "../ir/graph.ts";
import { invariant } from "../ir/invariant.ts";
import { broadcastShapes, sumToShape } from "./broadcasting.ts";
import { defineOp } from "./define-op.ts";
import { keptLayout } from "./kept-layout.ts";
import type { Op } from "./op.ts";
import { type Domain, float, integers, sample } from "./sample.ts";
import { outputSizes } from "./tfjs-kit.ts";
import { call, infix, type Python, type PythonInput } from "./torch-text.ts";

export interface BinarySpec {
  readonly name: string;
  readonly summary: string;
  readonly onnx: string;
  readonly tfjs: string;
  /** The PyTorch function of the same meaning, or Python's operator with how tightly it binds and the b that changes nothing. */
  readonly torch: string | readonly [operator: string, binds: number, neutral?: number];
  readonly scalar: (a: number, b: number) => number;
  /** da and db before they are summed to the inputs' shapes; undefined for comparisons. */
  readonly gradient:
    | ((g: GraphBuilder, a: Value, b: Value, y: Value, dy: Value) => { readonly a: Value; readonly b: Value })
    | undefined;
  readonly result?: "bool";
  readonly domain?: Domain;
}

/** Defines an op on corresponding entries of two tensors, shapes matched from the right. */
export function defineBinary(spec: BinarySpec): Op {
  const { gradient } = spec;
  return defineOp({
    name: spec.name,
    summary: spec.summary,
    inputs: ["a", "b"],
    outputs: ["y"],
    constraints: {
      C1: "two tensors of the same element type",
      C2: "shapes that match from the right, sizes equal or 1",
    },
    infer({ a, b }, _, require) {
      require("C1", a.dtype === b.dtype);
      const shape = broadcastShapes(a.shape, b.shape);
      require("C2", shape !== undefined);
      return { y: { dtype: spec.result ?? a.dtype, shape: shape ?? [] } };
    },
    gradient:
      gradient &&
      ((g, { inputs: { a, b }, outputs, d }) => {
        if (d.y === undefined) return { a: undefined, b: undefined };
        const given = gradient(g, a, b, outputs.y, d.y);
        return { a: sumToShape(g, given.a, a.type.shape), b: sumToShape(g, given.b, b.type.shape) };
      }),
    onnx: (w, { a, b }) => ({ y: w.node(spec.onnx, [a.name, b.name]) }),
    webgpu:
      spec.result === "bool"
        ? (w, { a, b }, _, node) => ({ y: keptLayout(w, spec.onnx, [a, b], node.outputs[0]?.type.shape ?? []) })
        : undefined,
    tfjs(k, { a, b }, _, node) {
      const shape = outputSizes(node);
      if (shape.length <= mostAxes) return { y: k.kernel(spec.tfjs, { a, b }) };
      const [fewA, fewB] = withFewAxes(a.shape, b.shape);
      return { y: k.reshape(k.kernel(spec.tfjs, { a: k.reshape(a, fewA), b: k.reshape(b, fewB) }), shape) };
    },
    torch(_w, { a, b }, _attributes, node) {
      if (typeof spec.torch === "string") return call(spec.torch, tensorOf(a), tensorOf(b));
      const [operator, level, neutral] = spec.torch;
      const whole = node.outputs[0]?.type.shape ?? [];
      if (b.number !== undefined && b.number === neutral && sameShape(a.type.shape, whole)) return a;
      return infix(a, operator, b, level);
    },
    fold: (inputs, _, node) =>
      foldBinary(
        spec,
        inputs,
        node.inputs.map((x) => x?.type.shape ?? []),
        node.outputs[0]?.type,
      ),
    samples: [
      sample([float([2, 3], spec.domain), float([2, 3], spec.domain)]),
      sample([float([2, 3], spec.domain), float([3], spec.domain)]),
      sample([float([2, 1], spec.domain), float([4, 1, 3], spec.domain)]),
      sample([float([], spec.domain), float([2], spec.domain)]),
    ],
    rejects: {
      C1: sample([float([2]), integers([2], 3)]),
      C2: sample([float([2, 3]), float([2])]),
    },
  });
}

function foldBinary(
  spec: BinarySpec,
  inputs: readonly TensorData[],
  shapes: readonly (readonly Dim[])[],
  type: { readonly dtype: DType; readonly shape: readonly Dim[] } | undefined,
): TensorData {
  const shape = (type?.shape ?? []).map(Number);
  const size = shape.reduce((product, dim) => product * dim, 1);
  const [a, b] = inputs.map((data, i) => entryAt(data, (shapes[i] ?? []).map(Number), shape));
  const result = Array.from({ length: size }, (_, i) => spec.scalar(a?.(i) ?? NaN, b?.(i) ?? NaN));
  return type?.dtype === "float32"
    ? Float32Array.from(result)
    : type?.dtype === "int64"
      ? BigInt64Array.from(result, (entry) => BigInt(Math.trunc(entry)))
      : type?.dtype === "int32"
        ? Int32Array.from(result)
        : Uint8Array.from(result);
}

/** Entry of a tensor at a flat index of the shape it is broadcast to. */
function entryAt(data: TensorData, own: readonly number[], shape: readonly number[]): (index: number) => number {
  return (index) => {
    let rest = index;
    let flat = 0;
    let stride = 1;
    for (let i = shape.length - 1, j = own.length - 1; i >= 0; i--, j--) {
      const size = shape[i] ?? 1;
      const at = rest % size;
      rest = (rest - at) / size;
      const extent = j >= 0 ? (own[j] ?? 1) : 1;
      flat += (extent === 1 ? 0 : at) * stride;
      stride *= extent;
    }
    return Number(data[flat]);
  };
}

/** PyTorch's functions of two tensors take no numbers. */
function tensorOf(x: PythonInput): PythonInput | Python {
  return x.number === undefined ? x : call("torch.tensor", x);
}

/** Axes up to which WebAssembly's kernels work; above, they do nothing. */
const mostAxes = 6;

/** Two shapes that broadcast, neighbouring axes joined where both go the same way: each its own size, or one of them 1. */
function withFewAxes(a: readonly number[], b: readonly number[]): readonly [readonly number[], readonly number[]] {
  const rank = Math.max(a.length, b.length);
  const [full, other] = [a, b].map((shape) => [...Array.from({ length: rank - shape.length }, () => 1), ...shape]);
  const joined: [number, number][] = [];
  for (let i = 0; i < rank; i += 1) {
    const [x = 1, y = 1] = [full?.[i], other?.[i]];
    if (x === 1 && y === 1) continue;
    const last = joined.at(-1);
    if (last !== undefined && (x === 1) === (last[0] === 1) && (y === 1) === (last[1] === 1)) {
      last[0] *= x;
      last[1] *= y;
    } else joined.push([x, y]);
  }
  invariant(
    joined.length <= mostAxes,
    `[${a.join(", ")}] and [${b.join(", ")}] broadcast in too many ways for a kernel`,
  );
  return [joined.map(([x]) => x), joined.map(([, y]) => y)];
}
