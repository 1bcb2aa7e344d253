import type { Dim } from "../ir/dim.ts";
import type { DType, TensorData, TensorType } from "../ir/graph.ts";

/** An emitted value: its name in the ONNX graph and its type. */
export interface Emitted {
  readonly name: string;
  readonly type: TensorType;
}

export type OnnxAttribute = number | string | readonly number[] | { readonly float: number };

/** What an op's ONNX rule may use. Integers are written as INT, `{ float }` as FLOAT, lists of numbers as INTS. */
export interface OnnxWriter {
  /** The version of the standard operator set that is written, 17 or newer. */
  readonly opset: number;
  /** Adds a node with one output and gives that output's name. An empty name is an absent optional input. */
  node(type: string, inputs: readonly string[], attributes?: Readonly<Record<string, OnnxAttribute>>): string;
  /** Adds a node with several outputs. */
  nodes(
    type: string,
    inputs: readonly string[],
    outputs: number,
    attributes?: Readonly<Record<string, OnnxAttribute>>,
  ): readonly string[];
  constant(dtype: DType, shape: readonly number[], data: TensorData): string;
  /** A one-dimensional int64 constant. */
  integers(values: readonly number[]): string;
  /** A float32 scalar constant. */
  scalar(x: number): string;
  /** A one-dimensional int64 tensor of sizes, computed from the graph's inputs where they are symbolic. */
  sizes(shape: readonly Dim[]): string;
  /** Reshapes to a shape, with as little computed at run time as possible. */
  reshape(x: string, from: readonly Dim[], to: readonly Dim[]): string;
}

/** The code of an element type in ONNX's TensorProto.DataType. */
export const onnxDataType: Readonly<Record<DType, number>> = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 };

/** The other way round. */
export const dtypeOfCode: ReadonlyMap<number, DType> = new Map(
  (["float32", "uint8", "int32", "int64", "bool"] as const).map((dtype) => [onnxDataType[dtype], dtype]),
);

/** WebGPU's shaders have no integers of 64 bits: on that provider, int64 is written as int32. */
export function onWebgpu(dtype: DType): DType {
  return dtype === "int64" ? "int32" : dtype;
}
