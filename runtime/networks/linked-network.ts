import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { dirname, join } from "node:path";
import onnxProto, { type onnx } from "onnx-proto";
import { graphsIn } from "../../compiler/emit/onnx/networks/inner-graphs.ts";
import type { LinkedNetwork } from "../../compiler/emit/onnx/networks/link-networks.ts";
import type { ExportedNetwork } from "../../compiler/lower/plan-outputs.ts";
import { DataError } from "../data/data-error.ts";
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
  if (model.graph) bringInside(model.graph, dirname(path));
  return model;
}

/** Puts the numbers of tensors that lie in files beside the model into them; that they lie there is known. */
function bringInside(graph: onnx.IGraphProto, folder: string): void {
  const { DataLocation } = onnxProto.onnx.TensorProto;
  for (const tensor of graph.initializer ?? []) {
    if (tensor.dataLocation !== DataLocation.EXTERNAL) continue;
    const entries = new Map((tensor.externalData ?? []).map(({ key, value }) => [key ?? "", value ?? ""]));
    const length = entries.get("length");
    tensor.rawData = bytesOf(
      join(folder, entries.get("location") ?? ""),
      Number(entries.get("offset") ?? 0),
      length === undefined ? undefined : Number(length),
    );
    tensor.dataLocation = DataLocation.DEFAULT;
    tensor.externalData = [];
  }
  for (const node of graph.node ?? []) for (const inner of graphsIn(node)) bringInside(inner, folder);
}

function bytesOf(path: string, from: number, length: number | undefined): Uint8Array {
  const file = openSync(path, "r");
  try {
    const bytes = new Uint8Array(length ?? fstatSync(file).size - from);
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
