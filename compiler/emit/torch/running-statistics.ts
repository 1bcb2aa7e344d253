import type { Node, Value } from "../../ir/graph.ts";

export interface MovedInPlace {
  readonly nodes: readonly Node[];
  /** Those that move statistics which others move too: they stand in their order. */
  readonly inOrder: ReadonlySet<Node>;
}

/**
 * The nodes as PyTorch carries them out, where running statistics are buffers that are moved in place: one that reads statistics as another
 * has moved them, such as a layer's in a second view, reads the buffers.
 */
export function movedInPlace(nodes: readonly Node[]): MovedInPlace {
  const buffers = new Map<Value, number>();
  const made = nodes.map((node): Node => {
    if (!node.inputs.some((value) => value !== undefined && bufferOf(value) !== value)) return node;
    return { ...node, inputs: node.inputs.map((value) => value && bufferOf(value)) };
  });
  const statistics = (node: Node) => (node.op === "batch_norm" ? node.inputs.slice(3, 5) : []).flatMap((x) => x ?? []);
  for (const node of made) for (const buffer of statistics(node)) buffers.set(buffer, (buffers.get(buffer) ?? 0) + 1);
  const several = made.filter((node) => statistics(node).some((buffer) => (buffers.get(buffer) ?? 0) > 1));
  return { nodes: made, inOrder: new Set(several) };
}

/** The statistic that one moved by batches came of: what a batch_norm's second and third outputs are to its fourth and fifth inputs. */
function bufferOf(value: Value): Value {
  const { source } = value;
  if (source.kind !== "node" || source.node.op !== "batch_norm" || source.output === 0) return value;
  const before = source.node.inputs[2 + source.output];
  return before === undefined ? value : bufferOf(before);
}
