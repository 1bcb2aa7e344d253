import onnxProto from "onnx-proto";
import { printType } from "../../ir/builder.ts";
import type { TensorType } from "../../ir/graph.ts";
import { inferTypes } from "./infer-types.ts";

/** A tensor of an ONNX file. `type` is such as `float32[batch, 3, 112, 112]`; undefined where it does not follow from the nodes. */
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

/** What stands in the bytes of an ONNX model; `known` are the types that its graph says of tensors, by name. */
export function listNodes(model: Uint8Array, known: ReadonlyMap<string, TensorType>): OnnxListing {
  const { graph, opsetImport } = onnxProto.onnx.ModelProto.decode(model);
  const types = inferTypes(graph ?? {}, known);
  const tensor = (name: string): OnnxTensor => {
    const type = types.get(name);
    return { name, type: type === undefined ? undefined : printType(type) };
  };
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
