import { GraphBuilder } from "../../../compiler/ir/builder.ts";
import type { Graph } from "../../../compiler/ir/graph.ts";
import { rewriteGraph } from "../../../compiler/ir/rewrite.ts";
import { opNamed, opRules } from "../../../compiler/ops/index.ts";

/** A graph of which every node has become what it is in evaluation. */
export function inEvaluation(graph: Graph): Graph {
  return rewriteGraph(graph, new GraphBuilder(opRules), (node, inputs, g) =>
    opNamed(node.op).evaluation?.(g, inputs, node.attributes),
  );
}
