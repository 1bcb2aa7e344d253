import { type Node, nodesReaching, type Value } from "../ir/graph.ts";
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
    if (!passesGradients(node)) continue;
    for (const input of node.inputs) visit(input);
  }
  return paths;
}

/** Those of some values from which a gradient reaches one of the parameters. */
export function reaching(from: readonly Value[], paths: ReadonlySet<string>): ReadonlySet<Value> {
  const isOne = ({ source }: Value) => source.kind === "input" && source.role === "parameter" && paths.has(source.name);
  const found = new Set<Value>();
  for (const node of nodesReaching(from)) {
    if (!passesGradients(node)) continue;
    const reaches = node.inputs.some((input) => input !== undefined && (found.has(input) || isOne(input)));
    if (reaches) for (const output of node.outputs) found.add(output);
  }
  return new Set(from.filter((value) => found.has(value) || isOne(value)));
}

function passesGradients({ op }: Node): boolean {
  const { gradient, expand } = opNamed(op);
  return gradient !== undefined || expand !== undefined;
}
