import { GraphBuilder, printType } from "../../../compiler/ir/builder.ts";
import { printShape, substituteDim } from "../../../compiler/ir/dim.ts";
import { type Attribute, type Attributes, type Graph, inputsOf } from "../../../compiler/ir/graph.ts";
import { rewriteGraph, sameLeaf } from "../../../compiler/ir/rewrite.ts";
import { opRules } from "../../../compiler/ops/index.ts";
import { cleaning, expandForTfjs, runPasses } from "../../../compiler/passes/index.ts";

/**
 * A graph with a number for every size, in ops that TensorFlow.js has kernels for. Throws if an input's shape is not one that the
 * graph takes.
 */
export function specialise(graph: Graph, shapes: ReadonlyMap<string, readonly number[]>): Graph {
  const sizes = symbolSizes(graph, shapes);
  const fixed =
    sizes.size === 0
      ? graph
      : rewriteGraph(
          graph,
          new GraphBuilder(opRules),
          (node, inputs, g) => g.apply(node.op, inputs, attributesWith(node.attributes, sizes)),
          (leaf, g) => {
            const { source, type } = leaf;
            if (source.kind !== "input") return sameLeaf(leaf, g);
            const shape = type.shape.map((dim) => substituteDim(dim, sizes));
            return g.input(source.role, source.name, { dtype: type.dtype, shape });
          },
        );
  return runPasses(expandForTfjs(runPasses(fixed, cleaning)), cleaning);
}

/** What each symbol is, read where it is the whole size of an input's axis. */
function symbolSizes(graph: Graph, shapes: ReadonlyMap<string, readonly number[]>): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  const inputs = inputsOf(graph);
  for (const { source, type } of inputs) {
    type.shape.forEach((dim, axis) => {
      const size = shapes.get(source.name)?.[axis];
      if (typeof dim === "number" || size === undefined) return;
      const [term, ...others] = dim.terms;
      const [name, ...factors] = term?.symbols ?? [];
      const alone = term?.coefficient === 1 && others.length === 0 && factors.length === 0;
      if (alone && name !== undefined && !sizes.has(name)) sizes.set(name, size);
    });
  }
  for (const { source, type } of inputs) {
    const shape = shapes.get(source.name);
    if (shape === undefined) throw new Error(`nothing is fed to ${source.name}, ${printType(type)}`);
    const fits =
      shape.length === type.shape.length && type.shape.every((dim, i) => substituteDim(dim, sizes) === shape[i]);
    if (!fits) throw new Error(`${source.name} is fed ${printShape(shape)}, but it is ${printType(type)}`);
  }
  return sizes;
}

function attributesWith(attributes: Attributes, sizes: ReadonlyMap<string, number>): Attributes {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, attributeWith(value, sizes)]));
}

function attributeWith(value: Attribute, sizes: ReadonlyMap<string, number>): Attribute {
  return typeof value === "object" ? value.map((dim) => substituteDim(dim, sizes)) : value;
}
