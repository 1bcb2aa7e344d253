import { GraphBuilder, printType } from "../../../compiler/ir/builder.ts";
import { printShape, substituteDim } from "../../../compiler/ir/dim.ts";
import { type Graph, inputsOf } from "../../../compiler/ir/graph.ts";
import { resizeGraph, sizesFed } from "../../../compiler/ir/resize.ts";
import { opRules } from "../../../compiler/ops/index.ts";
import { cleaning, expandForTfjs, runPasses } from "../../../compiler/passes/index.ts";

type Shapes = ReadonlyMap<string, readonly number[]>;

/**
 * A graph with a number for every size, in ops that TensorFlow.js has kernels for. Throws if an input's shape is not one that the
 * graph takes.
 */
export function specialise(graph: Graph, shapes: Shapes): Graph {
  const sizes = sizesFed(graph, (name) => shapes.get(name));
  for (const { source, type } of inputsOf(graph)) {
    const shape = shapes.get(source.name);
    if (shape === undefined) throw new Error(`nothing is fed to ${source.name}, ${printType(type)}`);
    const fits =
      shape.length === type.shape.length && type.shape.every((dim, i) => substituteDim(dim, sizes) === shape[i]);
    if (!fits) throw new Error(`${source.name} is fed ${printShape(shape)}, but it is ${printType(type)}`);
  }
  const fixed = sizes.size === 0 ? graph : resizeGraph(graph, sizes, new GraphBuilder(opRules));
  return runPasses(expandForTfjs(runPasses(fixed, cleaning)), cleaning);
}
