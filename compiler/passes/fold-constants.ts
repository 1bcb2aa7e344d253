import type { ConstantSource, TensorData, Value } from "../ir/graph.ts";
import { rewriteGraph } from "../ir/rewrite.ts";
import { opNamed } from "../ops/index.ts";
import type { Pass } from "./pass.ts";

/** Above this many entries a folded constant would cost more in the file than its node costs at run time. */
const largest = 1 << 16;

/** Ops whose inputs are all constants become constants, where the op knows how and the result is small. */
export const foldConstants: Pass = {
  name: "fold-constants",
  run: (graph, builder) =>
    rewriteGraph(graph, builder, (node, inputs, g) => {
      const { fold } = opNamed(node.op);
      const [type] = node.outputs.map((output) => output.type);
      if (fold === undefined || type === undefined || inputs.length === 0) return undefined;
      const data: TensorData[] = [];
      for (const input of inputs) {
        if (input === undefined || !isUnnamed(input)) return undefined;
        data.push(input.source.data);
      }
      const shape = type.shape.filter((dim) => typeof dim === "number");
      if (shape.length !== type.shape.length || shape.reduce((product, dim) => product * dim, 1) > largest)
        return undefined;
      return [g.constant(type.dtype, shape, fold(data, node))];
    }),
};

/** A constant that is not a weight: weights keep their name and place in the file. */
function isUnnamed(value: Value): value is Value & { readonly source: ConstantSource } {
  return value.source.kind === "constant" && value.source.name === undefined;
}
