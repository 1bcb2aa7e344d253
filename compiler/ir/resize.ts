import type { GraphBuilder } from "./builder.ts";
import { type Dim, printDim, substituteDim, symbolsOf } from "./dim.ts";
import { type Attribute, type Attributes, type Graph, inputsOf } from "./graph.ts";
import { type LeafRule, rewriteGraph, sameLeaf } from "./rewrite.ts";

/** What stands for symbols, by their names. */
export type Sizes = ReadonlyMap<string, Dim>;

/** The graph at other sizes. */
export function resizeGraph(graph: Graph, sizes: Sizes, builder: GraphBuilder): Graph {
  return rewriteGraph(
    graph,
    builder,
    (node, inputs, g) => g.apply(node.op, inputs, resizeAttributes(node.attributes, sizes)),
    resizeLeaf(sizes),
  );
}

/** What each symbol is where inputs have these shapes, read where it is the whole size of an axis. */
export function sizesFed(
  graph: Graph,
  shapeOf: (input: string) => readonly number[] | undefined,
): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const { source, type } of inputsOf(graph)) {
    const shape = shapeOf(source.name);
    type.shape.forEach((dim, axis) => {
      const [name] = symbolsOf(dim);
      const size = shape?.[axis];
      if (name !== undefined && name === printDim(dim) && size !== undefined) sizes.set(name, size);
    });
  }
  return sizes;
}

export function resizeLeaf(sizes: Sizes): LeafRule {
  return (leaf, g) => {
    if (leaf.source.kind !== "input") return sameLeaf(leaf, g);
    const shape = leaf.type.shape.map((dim) => substituteDim(dim, sizes));
    return g.input(leaf.source.role, leaf.source.name, { dtype: leaf.type.dtype, shape });
  };
}

export function resizeAttributes(attributes: Attributes, sizes: Sizes): Attributes {
  if (sizes.size === 0) return attributes;
  const resized: Record<string, Attribute> = {};
  for (const [name, value] of Object.entries(attributes)) {
    resized[name] = typeof value === "object" ? value.map((dim) => substituteDim(dim, sizes)) : value;
  }
  return resized;
}
