import type { onnx } from "onnx-proto";

/** The graphs that stand in a node, as of a branch or a loop. */
export function graphsIn({ attribute }: onnx.INodeProto): readonly onnx.IGraphProto[] {
  return (attribute ?? []).flatMap(({ g, graphs }) => [...(g ? [g] : []), ...(graphs ?? [])]);
}

/** A node with every graph in it changed. */
export function withGraphs(
  node: onnx.INodeProto,
  change: (graph: onnx.IGraphProto) => onnx.IGraphProto,
): onnx.INodeProto {
  if (graphsIn(node).length === 0) return node;
  const attribute = (node.attribute ?? []).map((each) => ({
    ...each,
    ...(each.g ? { g: change(each.g) } : {}),
    ...(each.graphs && each.graphs.length > 0 ? { graphs: each.graphs.map(change) } : {}),
  }));
  return { ...node, attribute };
}

/** Every name that a node reads, itself or in its graphs; those that its graphs make themselves among them. */
export function* namesRead(node: onnx.INodeProto): Generator<string> {
  yield* node.input ?? [];
  for (const graph of graphsIn(node)) {
    for (const inner of graph.node ?? []) yield* namesRead(inner);
    for (const { name } of graph.output ?? []) yield name ?? "";
  }
}
