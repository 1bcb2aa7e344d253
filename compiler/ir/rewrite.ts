import type { GraphBuilder } from "./builder.ts";
import { type Graph, type Node, nodesReaching, type Value } from "./graph.ts";
import { invariant } from "./invariant.ts";

/** What a pass says of one node: its new outputs, or undefined to build it again from its new inputs. */
export type NodeRule = (
  node: Node,
  inputs: readonly (Value | undefined)[],
  builder: GraphBuilder,
) => readonly Value[] | undefined;

/** What a pass says of a value without a node. */
export type LeafRule = (leaf: Value, builder: GraphBuilder) => Value;

/** Builds values again in another builder, node by node in order, each with its rule. */
export function rewriteValues(
  values: readonly Value[],
  builder: GraphBuilder,
  rule: NodeRule = () => undefined,
  leaf: LeafRule = sameLeaf,
): ReadonlyMap<Value, Value> {
  const replaced = new Map<Value, Value>();
  const renew = (value: Value): Value => {
    const known = replaced.get(value);
    if (known !== undefined) return known;
    invariant(value.source.kind !== "node", "a node is visited before its inputs");
    const renewed = leaf(value, builder);
    replaced.set(value, renewed);
    return renewed;
  };
  for (const node of nodesReaching(values)) {
    const inputs = node.inputs.map((value) => (value === undefined ? undefined : renew(value)));
    builder.at = node.at;
    const outputs = rule(node, inputs, builder) ?? builder.apply(node.op, inputs, node.attributes);
    node.outputs.forEach((value, i) => {
      const output = outputs[i];
      invariant(output !== undefined, `the rewrite of ${node.op} lost an output`);
      replaced.set(value, output);
    });
  }
  for (const value of values) renew(value);
  builder.at = "";
  return replaced;
}

export function rewriteGraph(graph: Graph, builder: GraphBuilder, rule?: NodeRule, leaf?: LeafRule): Graph {
  const replaced = rewriteValues(
    graph.outputs.map((output) => output.value),
    builder,
    rule,
    leaf,
  );
  return {
    name: graph.name,
    outputs: graph.outputs.map(({ name, value }) => {
      const renewed = replaced.get(value);
      invariant(renewed !== undefined, `output ${name} was lost`);
      return { name, value: renewed };
    }),
  };
}

/** The same leaf in another builder. */
export function sameLeaf(leaf: Value, builder: GraphBuilder): Value {
  const { source, type } = leaf;
  if (source.kind === "input") return builder.input(source.role, source.name, type);
  invariant(source.kind === "constant", "a leaf has no node");
  const shape = type.shape.map((dim) => {
    invariant(typeof dim === "number", "a constant has a size without a number");
    return dim;
  });
  return builder.constant(type.dtype, shape, source.data, source.name);
}
