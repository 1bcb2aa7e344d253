import type { onnx } from "onnx-proto";
import { type Conversion, convertNode } from "./convert-node.ts";
import { allNodes, withGraphs } from "./inner-graphs.ts";

/** A graph and those in it with ONNX's own operators at another version. Throws a NetworkRefusal. */
export function convertedGraph(graph: onnx.IGraphProto, conversion: Conversion): onnx.IGraphProto {
  const node = (graph.node ?? []).flatMap((each) => {
    const whole = withGraphs(each, (inner) => convertedGraph(inner, conversion));
    return (whole.domain ?? "") === "" ? convertNode(whole, conversion) : [whole];
  });
  return { ...graph, node };
}

/** Tensors that are the same in every run, by name, of a graph and those in it. */
export function constantsOf(graph: onnx.IGraphProto): ReadonlyMap<string, onnx.ITensorProto> {
  const constants = new Map<string, onnx.ITensorProto>();
  const initializers = [
    graph,
    ...[...allNodes(graph)].flatMap((node) => (node.attribute ?? []).flatMap(({ g }) => g ?? [])),
  ].flatMap(({ initializer }) => initializer ?? []);
  for (const tensor of initializers) constants.set(tensor.name ?? "", tensor);
  for (const { opType, output, attribute } of allNodes(graph)) {
    const value = opType === "Constant" ? attribute?.find(({ name }) => name === "value")?.t : undefined;
    if (value) constants.set(output?.[0] ?? "", value);
  }
  return constants;
}

/** ONNX's own operators have two names. */
export function ownDomain(domain: string | null | undefined): string {
  return domain === "ai.onnx" ? "" : (domain ?? "");
}
