import { rewriteGraph } from "../ir/rewrite.ts";
import type { Pass } from "./pass.ts";

/** Equal ops on equal inputs become one node, since a builder makes each only once. */
export const mergeCommon: Pass = { name: "merge-common", run: (graph, builder) => rewriteGraph(graph, builder) };
