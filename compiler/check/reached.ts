import type { Node, Value } from "../ir/graph.ts";
import { opNamed } from "../ops/index.ts";

/** Paths of the parameters that a gradient from some values reaches, the nearest not always first. Who wants one need not wait for all. */
export function* reachedParameters(from: readonly Value[]): Generator<string> {
  const known = new Set<Value | Node>();
  const values = [...from];
  for (let value = values.pop(); value !== undefined; value = values.pop()) {
    const { source } = value;
    if (source.kind === "input" && source.role === "parameter" && !known.has(value)) {
      known.add(value);
      yield source.name;
    }
    if (source.kind !== "node" || known.has(source.node)) continue;
    known.add(source.node);
    if (passesGradients(source.node))
      for (const input of source.node.inputs) if (input !== undefined) values.push(input);
  }
}

function passesGradients({ op }: Node): boolean {
  const { gradient, expand } = opNamed(op);
  return gradient !== undefined || expand !== undefined;
}
