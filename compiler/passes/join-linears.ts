import type { GraphBuilder } from "../ir/builder.ts";
import { type Graph, type Node, nodesOf, type Value } from "../ir/graph.ts";
import { rewriteGraph, sameLeaf } from "../ir/rewrite.ts";
import { at, concat, linear, split } from "../ops/vocabulary.ts";
import type { Pass } from "./pass.ts";

/** Outputs of a product from here on are enough to keep a processor busy; joining their weights would only copy them. */
const wide = 128;

interface Narrow {
  readonly node: Node;
  readonly x: Value;
  readonly weight: Value;
  readonly bias: Value;
  readonly outputs: number;
}

/** Narrow linear layers of one value, such as heads, become one: a product with a few columns takes as long as one with some dozen. */
export const joinLinears: Pass = {
  name: "join-linears",
  run(graph, builder) {
    const groups = groupsOf(graph);
    const made = new Map<readonly Narrow[], readonly Value[]>();
    return rewriteGraph(graph, builder, (node, [x], g) => {
      const group = groups.get(node);
      if (group === undefined || x === undefined) return undefined;
      const parts = made.get(group) ?? joined(g, x, group);
      made.set(group, parts);
      return [
        at(
          parts,
          group.findIndex((each) => each.node === node),
        ),
      ];
    });
  },
};

function joined(g: GraphBuilder, x: Value, group: readonly Narrow[]): readonly Value[] {
  const together = (values: readonly Value[]) =>
    concat(
      g,
      values.map((value) => sameLeaf(value, g)),
      0,
    );
  const y = linear(g, x, together(group.map(({ weight }) => weight)), together(group.map(({ bias }) => bias)));
  return split(
    g,
    y,
    y.type.shape.length - 1,
    group.map(({ outputs }) => outputs),
  );
}

function groupsOf(graph: Graph): ReadonlyMap<Node, readonly Narrow[]> {
  const byInput = new Map<Value, Narrow[]>();
  for (const node of nodesOf(graph)) {
    const narrow = narrowOf(node);
    if (narrow === undefined) continue;
    const group = byInput.get(narrow.x);
    if (group === undefined) byInput.set(narrow.x, [narrow]);
    else group.push(narrow);
  }
  const groups = [...byInput.values()].filter((group) => group.length > 1);
  return new Map(groups.flatMap((group) => group.map(({ node }) => [node, group])));
}

/** A narrow linear layer whose weights are there before anything runs. */
function narrowOf(node: Node): Narrow | undefined {
  const [x, weight, bias] = node.inputs;
  if (node.op !== "linear" || x === undefined || weight === undefined || bias === undefined) return undefined;
  const [outputs] = weight.type.shape;
  if (typeof outputs !== "number" || outputs >= wide) return undefined;
  if (weight.source.kind === "node" || bias.source.kind === "node") return undefined;
  return { node, x, weight, bias, outputs };
}
