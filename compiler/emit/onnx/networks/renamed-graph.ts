import type { onnx } from "onnx-proto";
import { withGraphs } from "./inner-graphs.ts";

/** How names of another file are said in the model. */
export interface Renaming {
  /** Of a tensor or a node; the same name is the same wherever it stands. */
  name(name: string): string;
  /** Of a set of operators. */
  domain(domain: string): string;
}

/** A graph and those in it under other names, without what only describes it: sizes are inferred again. */
export function renamedGraph(graph: onnx.IGraphProto, to: Renaming): onnx.IGraphProto {
  const named = <T extends { name?: string | null }>(each: T): T => ({ ...each, name: to.name(each.name ?? "") });
  return {
    name: to.name(graph.name ?? ""),
    node: (graph.node ?? []).map((node) => renamedNode(node, to)),
    input: (graph.input ?? []).map(named),
    output: (graph.output ?? []).map(named),
    initializer: (graph.initializer ?? []).map(named),
    sparseInitializer: (graph.sparseInitializer ?? []).map(({ values, ...rest }) => ({
      ...rest,
      ...(values ? { values: named(values) } : {}),
    })),
  };
}

export function renamedNode(node: onnx.INodeProto, to: Renaming): onnx.INodeProto {
  const { opType, attribute } = node;
  const own = {
    opType: opType ?? "",
    // Names of nodes are told apart from those of tensors.
    name: to.name(`node/${node.name || (opType ?? "")}/${node.output?.[0] ?? ""}`),
    domain: to.domain(node.domain ?? ""),
    input: (node.input ?? []).map((name) => to.name(name)),
    output: (node.output ?? []).map((name) => to.name(name)),
    attribute: attribute ?? [],
  };
  return withGraphs(own, (graph) => renamedGraph(graph, to));
}
