import type { Seen } from "../check/trace.ts";
import { type Dim, printDim, symbolsOf } from "../ir/dim.ts";
import type { Value } from "../ir/graph.ts";

/** A value's axes with their sizes, without the batch: `[time, n: 197, d: 768]`; where its axes have no names, their sizes alone. */
export function shapeText(value: Value, { axes }: Seen): string {
  const { shape } = value.type;
  const names = axes.get(value);
  if (names === undefined) {
    const batched = shape[0] !== undefined && symbolsOf(shape[0]).includes("batch");
    return `[${(batched ? shape.slice(1) : shape).map(printDim).join(", ")}]`;
  }
  return axesText(names, names.length < shape.length ? shape.slice(shape.length - names.length) : shape);
}

/** `[time, n: 197, d: 768]`: an axis whose size is a symbol of its own name is that name. */
export function axesText(names: readonly string[], sizes: readonly Dim[]): string {
  const parts = names.map((name, i) => {
    const size = printDim(sizes[i] ?? 1);
    return name === size || name.startsWith("#") ? size : `${name}: ${size}`;
  });
  return `[${parts.join(", ")}]`;
}
