import type { onnx } from "onnx-proto";
import type { TensorType } from "../../ir/graph.ts";
import { dtypeOfCode } from "../../ops/onnx-writer.ts";
import { type Inferred, NodeReader } from "./node-reader.ts";
import { typeRules } from "./type-rules.ts";

/**
 * The types of a graph's tensors, by name: those that are given, and those that follow from them by what the standard ops do
 * (https://onnx.ai/onnx/operators). What cannot be told is left out.
 */
export function inferTypes(
  graph: onnx.IGraphProto,
  given: ReadonlyMap<string, TensorType>,
  rules = typeRules,
): ReadonlyMap<string, TensorType> {
  const known = new Map<string, Inferred>([...given].map(([name, type]) => [name, { type }]));
  for (const tensor of graph.initializer ?? []) {
    const dtype = dtypeOfCode.get(tensor.dataType ?? 0);
    if (dtype === undefined) continue;
    known.set(tensor.name ?? "", { type: { dtype, shape: (tensor.dims ?? []).map(Number) }, held: heldBy(tensor) });
  }
  for (const node of graph.node ?? []) {
    const results = rules[node.opType ?? ""]?.(new NodeReader(node, known)) ?? [];
    (node.output ?? []).forEach((name, i) => {
      const result = results[i];
      // The graph knows its own better; what the tensor holds is news.
      if (result !== undefined && name !== "") known.set(name, { ...result, type: given.get(name) ?? result.type });
    });
  }
  return new Map([...known].map(([name, { type }]) => [name, type]));
}

/** More numbers are no sizes. */
const mostHeld = 16;

/** What an initialiser of integers holds, if it is small. */
function heldBy({ dataType, rawData }: onnx.ITensorProto): readonly number[] | undefined {
  const dtype = dtypeOfCode.get(dataType ?? 0);
  const width = dtype === "int64" ? 8 : 4;
  if ((dtype !== "int64" && dtype !== "int32") || !rawData || rawData.byteLength > width * mostHeld) return undefined;
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  return Array.from({ length: rawData.byteLength / width }, (_, i) =>
    width === 8 ? Number(view.getBigInt64(8 * i, true)) : view.getInt32(4 * i, true),
  );
}
