import type { onnx } from "onnx-proto";
import type { Dim } from "../../../ir/dim.ts";
import type { TensorType } from "../../../ir/graph.ts";
import { dtypeOfCode } from "../../../ops/onnx-writer.ts";
import { inferTypes } from "../infer-types.ts";
import { foreignTypes } from "./foreign-types.ts";

/**
 * Floating-point operations of a network for one picture [c, h, w], a multiply-add being two: those of its convolutions and products, beside
 * which the rest is little. Undefined where the size of one of them is not known, as inside of a branch or a loop.
 */
export function networkFlops(graph: onnx.IGraphProto, picture: readonly number[]): number | undefined {
  const weights = new Set((graph.initializer ?? []).map(({ name }) => name));
  const input = (graph.input ?? []).find(({ name }) => !weights.has(name));
  if (input === undefined) return undefined;
  const given = new Map<string, TensorType>();
  for (const each of graph.valueInfo ?? []) {
    const type = typeOf(each);
    if (type !== undefined) given.set(each.name ?? "", type);
  }
  given.set(input.name ?? "", { dtype: "float32", shape: [1, ...picture] });
  const types = inferTypes(graph, given, foreignTypes);
  let total = 0;
  for (const node of graph.node ?? []) {
    const rule = counted[node.opType ?? ""];
    if ((node.attribute ?? []).some(({ g }) => g)) return undefined;
    if (rule === undefined) continue;
    const shapes = [...(node.input ?? []).slice(0, 2), node.output?.[0] ?? ""].map((name) =>
      numbersIn(types.get(name)?.shape),
    );
    const [a, b, y] = shapes;
    if (a === undefined || b === undefined || y === undefined) return undefined;
    total += rule(a, b, y, node);
  }
  return total;
}

type Shape = readonly number[];
const countOf = (shape: Shape) => shape.reduce((product, size) => product * size, 1);

/** Of the first two inputs and the output: how many products are added for each entry, times two. */
const counted: Readonly<Record<string, (a: Shape, b: Shape, y: Shape, node: onnx.INodeProto) => number>> = {
  Conv: (_, weight, y) => 2 * countOf(y) * countOf(weight.slice(1)),
  ConvTranspose: (x, weight) => 2 * countOf(x) * countOf(weight.slice(1)),
  MatMul: (a, _, y) => 2 * countOf(y) * (a.at(-1) ?? 1),
  Gemm: (a, _, y, { attribute }) =>
    2 * countOf(y) * (a[attribute?.some(({ name, i }) => name === "transA" && Number(i) === 1) ? 0 : 1] ?? 1),
};

/** Sizes of one picture: what is free is the batch. */
function numbersIn(shape: readonly Dim[] | undefined): Shape | undefined {
  return shape?.map((dim) => (typeof dim === "number" && dim >= 0 ? dim : 1));
}

/** A type that the file says, if all its sizes but the batch are numbers. */
function typeOf({ type }: onnx.IValueInfoProto): TensorType | undefined {
  const { elemType, shape } = type?.tensorType ?? {};
  const dtype = dtypeOfCode.get(elemType ?? 0);
  const sizes = (shape?.dim ?? []).map(({ dimValue }, i) => Number(dimValue ?? 0) || (i === 0 ? 1 : 0));
  return dtype === undefined || !shape || sizes.includes(0) ? undefined : { dtype, shape: sizes };
}
