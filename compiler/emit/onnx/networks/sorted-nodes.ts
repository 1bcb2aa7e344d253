import type { onnx } from "onnx-proto";
import { namesRead } from "./inner-graphs.ts";
import { NetworkRefusal } from "./network-refusal.ts";

/** Nodes in their order, but each after those whose outputs it reads. Throws a NetworkRefusal where they wait for one another. */
export function sortedNodes(nodes: readonly onnx.INodeProto[]): onnx.INodeProto[] {
  const makers = new Map<string, onnx.INodeProto>();
  for (const node of nodes) for (const name of node.output ?? []) if (name !== "") makers.set(name, node);
  const sorted: onnx.INodeProto[] = [];
  const begun = new Set<onnx.INodeProto>();
  const done = new Set<onnx.INodeProto>();
  for (const first of nodes) {
    // An explicit stack: a network is deeper than the call stack.
    const stack = [{ node: first, waits: needed(first, makers) }];
    if (begun.has(first)) continue;
    begun.add(first);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.waits.pop();
      if (next === undefined) {
        stack.pop();
        done.add(top.node);
        sorted.push(top.node);
      } else if (!begun.has(next)) {
        begun.add(next);
        stack.push({ node: next, waits: needed(next, makers) });
      } else if (!done.has(next)) throw new NetworkRefusal("its nodes wait for one another in a circle");
    }
  }
  return sorted;
}

/** The makers of what a node reads, the first last. */
function needed(node: onnx.INodeProto, makers: ReadonlyMap<string, onnx.INodeProto>): onnx.INodeProto[] {
  const found = new Set([...namesRead(node)].flatMap((name) => makers.get(name) ?? []));
  found.delete(node);
  return [...found].reverse();
}
