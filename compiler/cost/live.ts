import { type DType, type Graph, nodesOf, type TensorType, type Value } from "../ir/graph.ts";
import { invariant } from "../ir/invariant.ts";

/** What lives at the moment when most does. */
export interface Peak {
  readonly bytes: number;
  /** By the path of what made it. */
  readonly byPath: ReadonlyMap<string, number>;
}

/** Ops that give another view of their input's bytes and take none of their own. */
const views: ReadonlySet<string> = new Set(["reshape", "stop_gradient", "reverse_gradient"]);

/**
 * The most bytes of intermediate values that a graph of known sizes keeps at one time, run node by node in its order. A value lives from the
 * node that makes it to the last that reads it, views of it included; a node's results exist beside its inputs. Inputs and constants of the
 * graph are not counted, nor what `apart` says is kept elsewhere. Outputs of the graph live to its end.
 */
export function peakOf(graph: Graph, apart: (output: string) => boolean): Peak {
  const nodes = nodesOf(graph);
  const roots = new Map<Value, Value>();
  const rootOf = (value: Value): Value => roots.get(value) ?? value;
  const lastUse = new Map<Value, number>();
  nodes.forEach((node, i) => {
    for (const input of node.inputs) if (input !== undefined) lastUse.set(rootOf(input), i);
    const [viewed] = node.inputs;
    const [view] = node.outputs;
    if (views.has(node.op) && viewed !== undefined && view !== undefined) roots.set(view, rootOf(viewed));
  });
  const elsewhere = new Set<Value>();
  for (const { name, value } of graph.outputs) {
    if (apart(name)) elsewhere.add(rootOf(value));
    else lastUse.set(rootOf(value), nodes.length);
  }
  const live = new Map<Value, { readonly bytes: number; readonly at: string }>();
  const ends = new Map<number, Value[]>();
  let now = 0;
  let most = 0;
  let peak: ReadonlyMap<Value, { readonly bytes: number; readonly at: string }> = new Map();
  nodes.forEach((node, i) => {
    for (const output of node.outputs) {
      if (roots.has(output) || elsewhere.has(output)) continue;
      const bytes = bytesOf(output.type);
      live.set(output, { bytes, at: node.at });
      now += bytes;
      const end = lastUse.get(output) ?? i;
      const ending = ends.get(end);
      if (ending === undefined) ends.set(end, [output]);
      else ending.push(output);
    }
    if (now > most) {
      most = now;
      peak = new Map(live);
    }
    for (const value of ends.get(i) ?? []) {
      now -= live.get(value)?.bytes ?? 0;
      live.delete(value);
    }
  });
  const byPath = new Map<string, number>();
  for (const { bytes, at } of peak.values()) byPath.set(at, (byPath.get(at) ?? 0) + bytes);
  return { bytes: most, byPath };
}

const widths: Readonly<Record<DType, number>> = { float32: 4, int32: 4, int64: 8, uint8: 1, bool: 1 };

export function bytesOf({ dtype, shape }: TensorType): number {
  return shape.reduce<number>((product, dim) => {
    invariant(typeof dim === "number", "a size is not known");
    return product * dim;
  }, widths[dtype]);
}
