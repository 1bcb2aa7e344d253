import type { GraphBuilder } from "../ir/builder.ts";
import type { Graph } from "../ir/graph.ts";

/** Turns a graph into one with the same outputs. Its name is how traces and tests speak of it. */
export interface Pass {
  readonly name: string;
  run(graph: Graph, builder: GraphBuilder): Graph;
}
