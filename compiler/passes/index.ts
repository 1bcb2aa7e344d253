import { GraphBuilder } from "../ir/builder.ts";
import type { Graph } from "../ir/graph.ts";
import { opRules } from "../ops/index.ts";
import { expandSlow } from "./expand.ts";
import { foldConstants } from "./fold-constants.ts";
import { joinLinears } from "./join-linears.ts";
import { mergeCommon } from "./merge-common.ts";
import type { Pass } from "./pass.ts";
import { simplify } from "./simplify.ts";

/** In this order: folding makes identities visible, and what simplifying makes equal is merged. Nodes that no output reaches
 * are not in a graph, so dead code needs no pass of its own. */
export const cleaning: readonly Pass[] = [foldConstants, simplify, foldConstants, mergeCommon];

/** What is run without being differentiated. */
export function forInference(graph: Graph): Graph {
  return runPasses(expandSlow(graph, "inference"), [...cleaning, joinLinears]);
}

/** Runs passes in order; `watch` sees the graph after each. */
export function runPasses(graph: Graph, passes: readonly Pass[], watch?: (pass: Pass, graph: Graph) => void): Graph {
  return passes.reduce((current, pass) => {
    const next = pass.run(current, new GraphBuilder(opRules));
    watch?.(pass, next);
    return next;
  }, graph);
}

export { expandForGradient, expandForOnnx, expandForTfjs, expandSlow, expandWhere } from "./expand.ts";
export type { Pass } from "./pass.ts";
