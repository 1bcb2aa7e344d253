import { GraphBuilder } from "../../compiler/ir/builder.ts";
import type { Graph } from "../../compiler/ir/graph.ts";
import { rewriteGraph, sameLeaf } from "../../compiler/ir/rewrite.ts";
import { opRules } from "../../compiler/ops/index.ts";
import type { Tensors } from "./engine.ts";

/** Inputs whose numbers are known become constants: they can be packed and folded once. */
export function bindConstants(graph: Graph, constants: Tensors): Graph {
  if (constants.size === 0) return graph;
  return rewriteGraph(graph, new GraphBuilder(opRules), undefined, (leaf, g) => {
    const tensor = leaf.source.kind === "input" ? constants.get(leaf.source.name) : undefined;
    return tensor === undefined ? sameLeaf(leaf, g) : g.constant(tensor.dtype, tensor.shape, tensor.data);
  });
}
