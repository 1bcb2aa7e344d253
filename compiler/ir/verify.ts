import { type OpRules, printType } from "./builder.ts";
import { sameShape } from "./dim.ts";
import { type Graph, leavesOf, nodesOf } from "./graph.ts";
import { invariant } from "./invariant.ts";

/** Checks a graph against the rules of its ops; throws InternalError at the first fault. Run after every pass in tests. */
export function verifyGraph(graph: Graph, rules: OpRules): void {
  const outputNames = new Set<string>();
  for (const { name } of graph.outputs) {
    invariant(!outputNames.has(name), `graph ${graph.name} has two outputs named ${name}`);
    outputNames.add(name);
  }
  const inputNames = new Map<string, number>();
  for (const leaf of leavesOf(graph)) {
    if (leaf.source.kind === "input") {
      const { name } = leaf.source;
      invariant(!inputNames.has(name), `graph ${graph.name} has two inputs named ${name}`);
      inputNames.set(name, leaf.id);
    } else if (leaf.source.kind === "constant") {
      const size = leaf.type.shape.reduce<number>((product, dim) => product * (typeof dim === "number" ? dim : NaN), 1);
      invariant(
        leaf.source.data.length === size,
        `a constant of ${printType(leaf.type)} has ${leaf.source.data.length} entries`,
      );
      invariant(
        leaf.source.data instanceof arrays[leaf.type.dtype],
        `a constant of ${printType(leaf.type)} is a ${leaf.source.data.constructor.name}`,
      );
    }
  }
  for (const node of nodesOf(graph)) {
    const inferred = rules.infer(
      node.op,
      node.inputs.map((value) => value?.type),
      node.attributes,
    );
    invariant(
      inferred.length === node.outputs.length,
      `${node.op} gives ${inferred.length} outputs, not ${node.outputs.length}`,
    );
    inferred.forEach((type, i) => {
      const declared = node.outputs[i]?.type;
      invariant(
        declared !== undefined && declared.dtype === type.dtype && sameShape(declared.shape, type.shape),
        `${node.op} is declared ${declared && printType(declared)} but its rule gives ${printType(type)}`,
      );
    });
  }
}

/** The array that holds the entries of each element type. */
const arrays = {
  float32: Float32Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;
