import { type Node, nodesReaching, type Value } from "./graph.ts";

/** Whether a node belongs to a loss and not to the model: nodes know the path of what they were built for. */
export function isOfLoss({ at }: Node): boolean {
  return at === "loss" || at.startsWith("loss.");
}

/** The nodes of a loss that values of it are made by. */
export function nodesOfLoss(values: readonly Value[]): readonly Node[] {
  return nodesReaching(values).filter(isOfLoss);
}

/** What nodes of a loss read and do not make, constants apart, in the order of first use. */
export function readOfModel(values: readonly Value[]): readonly Value[] {
  const read = new Set<Value>(values.filter((value) => value.source.kind !== "node" || !isOfLoss(value.source.node)));
  for (const node of nodesOfLoss(values))
    for (const input of node.inputs)
      if (input !== undefined && input.source.kind !== "constant")
        if (input.source.kind === "input" || !isOfLoss(input.source.node)) read.add(input);
  return [...read];
}
