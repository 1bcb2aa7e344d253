import type { GraphBuilder } from "../ir/builder.ts";
import { type Node, nodesReaching, type Value } from "../ir/graph.ts";
import { invariant } from "../ir/invariant.ts";
import { opNamed } from "../ops/index.ts";
import { add, broadcast } from "../ops/vocabulary.ts";
import { Recompute, type RecomputedLayer } from "./recompute.ts";

/**
 * Reverse mode: the gradient of a scalar with respect to some values, as new nodes in `g`.
 * Cotangents flow from the loss against the order of the nodes; where several arrive at a value they add up. A value that the
 * loss does not depend on has no entry. Ops without a gradient rule must have been expanded where they stand on a path. Layers that
 * `recomputed` names are computed again on the way back.
 */
export function differentiate(
  g: GraphBuilder,
  loss: Value,
  withRespectTo: readonly Value[],
  recomputed: RecomputedLayer = () => undefined,
): ReadonlyMap<Value, Value> {
  invariant(loss.type.shape.length === 0, "the loss is not one number");
  const nodes = nodesReaching([loss]);
  const leadsToWanted = reaching(nodes, new Set(withRespectTo));
  const recompute = new Recompute(g, nodes, recomputed);
  const cotangents = new Map<Value, Value>();
  if (leadsToWanted.has(loss)) cotangents.set(loss, g.scalar(1));
  for (const node of nodes.toReversed()) {
    const dy = node.outputs.map((output) => cotangents.get(output));
    const arrived = dy.find((d) => d !== undefined);
    if (arrived === undefined) continue;
    if (!node.inputs.some((input) => input !== undefined && leadsToWanted.has(input))) continue;
    const op = opNamed(node.op);
    invariant(
      op.gradient !== undefined || op.expand === undefined,
      `${node.op} stands on a path of gradients unexpanded`,
    );
    const standIn = recompute.standIn(node, arrived);
    g.at = node.at;
    const given = op.gradient?.(g, standIn, dy) ?? [];
    node.inputs.forEach((input, i) => {
      const d = given[i];
      if (input === undefined || d === undefined || !leadsToWanted.has(input)) return;
      const known = cotangents.get(input);
      cotangents.set(input, known === undefined ? d : add(g, known, d));
    });
  }
  g.at = "";
  const gradients = new Map<Value, Value>();
  for (const value of withRespectTo) {
    const d = cotangents.get(value);
    if (d !== undefined) gradients.set(value, broadcast(g, d, value.type.shape));
  }
  return gradients;
}

/** All values that one of some values is an input of, directly or not, and these themselves. */
function reaching(nodes: readonly Node[], from: ReadonlySet<Value>): ReadonlySet<Value> {
  const reached = new Set<Value>(from);
  for (const node of nodes) {
    // No gradient passes an op that has none, so nothing behind it needs one.
    const op = opNamed(node.op);
    if (op.gradient === undefined && op.expand === undefined) continue;
    if (node.inputs.some((input) => input !== undefined && reached.has(input))) {
      for (const output of node.outputs) reached.add(output);
    }
  }
  return reached;
}
