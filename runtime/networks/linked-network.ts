import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { dirname, join } from "node:path";
import onnxProto, { type onnx } from "onnx-proto";
import { graphsIn } from "../../compiler/emit/onnx/networks/inner-graphs.ts";
import type { LinkedNetwork } from "../../compiler/emit/onnx/networks/link-networks.ts";
import type { ExportedNetwork } from "../../compiler/lower/plan-outputs.ts";
import { DataError } from "../data/data-error.ts";
import { externalData } from "../headers/external-data.ts";
import { type NetworkFile, networkFile } from "./network-file.ts";

/** A network of an export, read from its file with all its weights. Throws a DataError where it cannot stand in another file. */
export function linkedNetwork({ prefix, file, picture, outputs }: ExportedNetwork): LinkedNetwork {
  return { prefix, file, model: modelOf(networkFile(file), file), picture, outputs };
}

function modelOf({ path, header }: NetworkFile, file: string): onnx.IModelProto {
  if (header.newer !== undefined) throw new DataError(`it ${header.newer}, which an export cannot take over`, { file });
  let model: onnx.IModelProto;
  try {
    model = onnxProto.onnx.ModelProto.decode(readFileSync(path));
  } catch (problem) {
    throw new DataError(`it cannot be read: ${problem instanceof Error ? problem.message : String(problem)}`, { file });
  }
  const folder = dirname(path);
  if (model.graph) bringGraphInside(model.graph, folder);
  for (const { node } of model.functions ?? []) bringNodesInside(node ?? [], folder);
  return model;
}

/** Puts the numbers of tensors that lie in files beside the model into them; that they lie there is known. */
function bringGraphInside(graph: onnx.IGraphProto, folder: string): void {
  for (const tensor of graph.initializer ?? []) bringInside(tensor, folder);
  for (const sparse of graph.sparseInitializer ?? []) bringSparseInside(sparse, folder);
  bringNodesInside(graph.node ?? [], folder);
}

function bringNodesInside(nodes: readonly onnx.INodeProto[], folder: string): void {
  for (const node of nodes) {
    for (const { t, tensors, sparseTensor, sparseTensors } of node.attribute ?? []) {
      for (const tensor of [...(t ? [t] : []), ...(tensors ?? [])]) bringInside(tensor, folder);
      for (const each of [...(sparseTensor ? [sparseTensor] : []), ...(sparseTensors ?? [])])
        bringSparseInside(each, folder);
    }
    for (const inner of graphsIn(node)) bringGraphInside(inner, folder);
  }
}

function bringSparseInside({ values, indices }: onnx.ISparseTensorProto, folder: string): void {
  if (values) bringInside(values, folder);
  if (indices) bringInside(indices, folder);
}

function bringInside(tensor: onnx.ITensorProto, folder: string): void {
  const { DataLocation } = onnxProto.onnx.TensorProto;
  if (tensor.dataLocation !== DataLocation.EXTERNAL) return;
  const entries = new Map((tensor.externalData ?? []).map(({ key, value }) => [key ?? "", value ?? ""]));
  const count = (tensor.dims ?? []).reduce<number>((product, size) => product * Number(size), 1);
  const { location, from, length } = externalData(tensor.name ?? "", tensor.dataType ?? 0, count, entries);
  tensor.rawData = bytesOf(join(folder, location), from, length);
  tensor.dataLocation = DataLocation.DEFAULT;
  tensor.externalData = [];
}

function bytesOf(path: string, from: number, length: number): Uint8Array {
  const file = openSync(path, "r");
  try {
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < bytes.length) {
      const read = readSync(file, bytes, done, bytes.length - done, from + done);
      if (read === 0) throw new Error(`${path} became shorter while it was read`);
      done += read;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}
