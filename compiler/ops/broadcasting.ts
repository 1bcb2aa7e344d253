import type { GraphBuilder } from "../ir/builder.ts";
import { type Dim, sameDim, sameShape } from "../ir/dim.ts";
import type { Value } from "../ir/graph.ts";
import { reduceSum, reshape } from "./vocabulary.ts";

/** The shape of an elementwise op on two shapes, matched from the right; undefined if they do not fit. */
export function broadcastShapes(a: readonly Dim[], b: readonly Dim[]): readonly Dim[] | undefined {
  const rank = Math.max(a.length, b.length);
  const shape: Dim[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (sameDim(x, y) || y === 1) shape.push(x);
    else if (x === 1) shape.push(y);
    else return undefined;
  }
  return shape;
}

/** Sums a cotangent over the axes along which a value of `shape` was broadcast. */
export function sumToShape(g: GraphBuilder, dy: Value, shape: readonly Dim[]): Value {
  const from = dy.type.shape;
  if (sameShape(from, shape)) return dy;
  const extra = from.length - shape.length;
  const axes: number[] = [];
  from.forEach((dim, i) => {
    if (i < extra || (shape[i - extra] === 1 && dim !== 1)) axes.push(i);
  });
  return reshape(g, axes.length === 0 ? dy : reduceSum(g, dy, axes, true), shape);
}
