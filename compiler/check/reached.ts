import { nodesReaching, type Value } from "../ir/graph.ts";
import { opNamed } from "../ops/index.ts";

/** Paths of the parameters that a gradient from some values reaches. */
export function reachedParameters(from: readonly Value[]): ReadonlySet<string> {
  const reached = new Set<Value>(from);
  const paths = new Set<string>();
  const visit = (value: Value | undefined) => {
    if (value === undefined) return;
    reached.add(value);
    if (value.source.kind === "input" && value.source.role === "parameter") paths.add(value.source.name);
  };
  for (const value of from) visit(value);
  for (const node of nodesReaching(from).toReversed()) {
    if (!node.outputs.some((output) => reached.has(output))) continue;
    const op = opNamed(node.op);
    if (op.gradient === undefined && op.expand === undefined) continue;
    for (const input of node.inputs) visit(input);
  }
  return paths;
}
