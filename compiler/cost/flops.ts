import { type Dim, substituteDim } from "../ir/dim.ts";
import { type Graph, nodesOf } from "../ir/graph.ts";
import { opNamed } from "../ops/index.ts";

/** Sizes of a graph's symbols, such as `batch` and `time`. */
export type Sizes = ReadonlyMap<string, number>;

/** Floating-point operations; a multiplication and the addition of its product are two. */
export interface Flops {
  readonly total: number;
  /** Those of the ops that stand at each path, without those below it; what belongs to no layer is under the empty path. */
  readonly byPath: ReadonlyMap<string, number>;
}

/** What a graph takes at some sizes. Of one whose sizes are numbers already, `sizes` is empty. */
export function flopsOf(graph: Graph, sizes: Sizes): Flops {
  const byPath = new Map<string, number>();
  let total = 0;
  const counts = new Map<Dim, number>();
  for (const node of nodesOf(graph)) {
    const count = opNamed(node.op).flops(
      node.inputs.map((input) => input?.type),
      node.outputs.map(({ type }) => type),
      node.attributes,
    );
    const known = counts.get(count) ?? numberOf(count, sizes);
    counts.set(count, known);
    total += known;
    byPath.set(node.at, (byPath.get(node.at) ?? 0) + known);
  }
  return { total, byPath };
}

/** A size that is no number once its symbols are is none at all. */
export function numberOf(dim: Dim, sizes: Sizes): number {
  const size = substituteDim(dim, sizes);
  return typeof size === "number" ? size : Number.NaN;
}

/** The same for a part of it, such as one frame of a clip. */
export function dividedBy({ total, byPath }: Flops, parts: number): Flops {
  return { total: total / parts, byPath: new Map([...byPath].map(([path, count]) => [path, count / parts])) };
}
