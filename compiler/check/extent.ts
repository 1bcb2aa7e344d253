import type { Given, Thing } from "./things.ts";

/** How large a value is when it is written out: what it has twice counts twice. */
export interface Extent {
  /** Values in it, with itself. */
  readonly size: number;
  /** Values in one another. */
  readonly depth: number;
}

/** Larger values are refused: a few names, each twice in the next, would write out to more than any machine holds. */
export const extentLimits = { size: 200_000, depth: 500 } as const;

const one: Extent = { size: 1, depth: 1 };
const extents = new WeakMap<Thing, Extent>();

export function extentOf(thing: Thing): Extent {
  const parts = partsOf(thing);
  if (parts === undefined) return one;
  const known = extents.get(thing);
  if (known !== undefined) return known;
  let [size, depth] = [1, 0];
  for (const part of parts) {
    const inner = extentOf(part);
    size += inner.size;
    depth = Math.max(depth, inner.depth);
  }
  const extent: Extent = { size, depth: depth + 1 };
  if (size > small) extents.set(thing, extent);
  return extent;
}

/** Smaller values are as soon counted as looked up. */
const small = 16;

/** The values that a value is made of; undefined if it is made of none, or has a name that stands for them. */
function partsOf(thing: Thing): Iterable<Thing> | undefined {
  switch (thing.kind) {
    case "list":
    case "tuple":
      return thing.items;
    case "map":
      return thing.entries.values();
    case "call":
      return thing.args.values();
    case "combined":
      return [thing.left, thing.right];
    case "recipe":
      return given([...thing.args.positional, ...thing.args.named.values()]);
    default:
      return undefined;
  }
}

function given(args: readonly Given[]): readonly Thing[] {
  return args.flatMap(({ thing }) => thing ?? []);
}
