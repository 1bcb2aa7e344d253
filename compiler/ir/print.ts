import { printAttributes, printType } from "./builder.ts";
import { type Graph, leavesOf, type Node, nodesOf, type Value } from "./graph.ts";

/**
 * The graph as text, one line for each input, large constant, node and output. Same graph, same text. With `places`, also the path
 * of the layer that made each node.
 */
export function printGraph(graph: Graph, places = true): string {
  const names = new Map<Value, string>();
  const lines: string[] = [`graph ${graph.name}`];
  let constants = 0;
  for (const leaf of leavesOf(graph)) {
    if (leaf.source.kind === "input") {
      names.set(leaf, `%${leaf.source.name}`);
      lines.push(`  input ${leaf.source.role} %${leaf.source.name}: ${printType(leaf.type)}`);
    } else if (leaf.source.kind === "constant") {
      const { data, name } = leaf.source;
      if (data.length === 1 && name === undefined) {
        names.set(leaf, String(data[0]));
      } else {
        const label = name === undefined ? `#${constants++}` : `#${name}`;
        names.set(leaf, label);
        lines.push(`  constant ${label}: ${printType(leaf.type)} = ${preview(data)}`);
      }
    }
  }
  let last = 0;
  for (const node of nodesOf(graph)) {
    for (const output of node.outputs) names.set(output, `%${last++}`);
    lines.push(`  ${printNode(node, names, places)}`);
  }
  for (const output of graph.outputs) lines.push(`  output ${output.name} = ${names.get(output.value)}`);
  return `${lines.join("\n")}\n`;
}

function printNode(node: Node, names: ReadonlyMap<Value, string>, places: boolean): string {
  const results = node.outputs.map((value) => `${names.get(value)}: ${printType(value.type)}`).join(", ");
  const inputs = node.inputs.map((value) => (value === undefined ? "none" : names.get(value))).join(", ");
  const at = node.at === "" || !places ? "" : `  # ${node.at}`;
  return `${results} = ${node.op}(${inputs})${printAttributes(node.attributes)}${at}`;
}

/** So many numbers of a constant are shown. */
export const shownNumbers = 4;

function preview(data: ArrayLike<number | bigint>): string {
  const shown = Array.from({ length: Math.min(shownNumbers, data.length) }, (_, i) => String(data[i]));
  return `[${shown.join(", ")}${data.length > shownNumbers ? `, … ${data.length}` : ""}]`;
}
