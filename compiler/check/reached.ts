import type { Node, Value } from "../ir/graph.ts";
import { opNamed } from "../ops/index.ts";

const fromHead = new WeakMap<Value, ReadonlySet<string>>();

/**
 * Paths of the parameters that a gradient from some values reaches, the nearest not always first. Who wants one need not wait for all.
 * What lies behind `heads` is looked for once: many stages can have one model.
 */
export function* reachedParameters(from: readonly Value[], heads: ReadonlySet<Value>): Generator<string> {
  const known = new Set<Value | Node>();
  const values = [...from];
  for (let value = values.pop(); value !== undefined; value = values.pop()) {
    if (heads.has(value)) {
      if (!known.has(value)) yield* behindHead(value);
      known.add(value);
      continue;
    }
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

function behindHead(head: Value): ReadonlySet<string> {
  const known = fromHead.get(head);
  if (known !== undefined) return known;
  const made = new Set(reachedParameters([head], new Set()));
  fromHead.set(head, made);
  return made;
}

function passesGradients({ op }: Node): boolean {
  const { gradient, expand } = opNamed(op);
  return gradient !== undefined || expand !== undefined;
}

/** Paths of the parameters that at least two of some terms reach. */
export function sharedPaths(terms: ReadonlyMap<string, Value>, of: ReadonlySet<string>): ReadonlySet<string> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const [name, value] of terms) {
    if (!of.has(name)) continue;
    for (const path of new Set(reachedParameters([value], new Set()))) {
      if (seen.has(path)) shared.add(path);
      seen.add(path);
    }
  }
  return shared;
}
