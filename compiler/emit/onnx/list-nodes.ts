import onnxProto, { type onnx } from "onnx-proto";
import { printType } from "../../ir/builder.ts";
import type { DType, TensorType } from "../../ir/graph.ts";
import { onnxDataType } from "../../ops/onnx-writer.ts";

/** A tensor of an ONNX file. `type` is such as `float32[batch, 3, 112, 112]`; undefined where only a runtime's inference knows it. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: string | undefined;
}

export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  /** In the op's order; the name of an optional input that is absent is empty. */
  readonly inputs: readonly OnnxTensor[];
  readonly outputs: readonly OnnxTensor[];
}

export interface OnnxListing {
  readonly opset: number;
  readonly inputs: readonly OnnxTensor[];
  readonly outputs: readonly OnnxTensor[];
  readonly initializers: readonly OnnxTensor[];
  /** In the file's order, which is one of execution. */
  readonly nodes: readonly OnnxNode[];
}

/** What stands in the bytes of an ONNX model, with the types that are known beside those that the file says. */
export function listNodes(model: Uint8Array, known: ReadonlyMap<string, TensorType>): OnnxListing {
  const { graph, opsetImport } = onnxProto.onnx.ModelProto.decode(model);
  const types = new Map([...known].map(([name, type]) => [name, printType(type)]));
  for (const { name, dataType, dims } of graph?.initializer ?? []) {
    types.set(name ?? "", printed(dataType, (dims ?? []).map(String)));
  }
  for (const { name, type } of [...(graph?.input ?? []), ...(graph?.output ?? [])]) {
    const dims = type?.tensorType?.shape?.dim ?? [];
    types.set(name ?? "", printed(type?.tensorType?.elemType, dims.map(printedDim)));
  }
  const tensor = (name: string): OnnxTensor => ({ name, type: types.get(name) });
  const named = (infos: readonly { readonly name?: string | null }[]) => infos.map(({ name }) => tensor(name ?? ""));
  return {
    opset: Number(opsetImport[0]?.version ?? 0),
    inputs: named(graph?.input ?? []),
    outputs: named(graph?.output ?? []),
    initializers: named(graph?.initializer ?? []),
    nodes: (graph?.node ?? []).map(({ name, opType, input, output }) => ({
      name: name ?? "",
      op: opType ?? "",
      inputs: (input ?? []).map(tensor),
      outputs: (output ?? []).map(tensor),
    })),
  };
}

const dtypes: ReadonlyMap<number, DType> = new Map(
  (["float32", "uint8", "int32", "int64", "bool"] as const).map((dtype) => [onnxDataType[dtype], dtype]),
);

function printed(elementType: number | null | undefined, sizes: readonly string[]): string {
  return `${dtypes.get(elementType ?? 0) ?? `type ${elementType ?? 0}`}[${sizes.join(", ")}]`;
}

function printedDim({ dimParam, dimValue }: onnx.TensorShapeProto.IDimension): string {
  return dimParam ? dimParam : String(dimValue ?? "?");
}
