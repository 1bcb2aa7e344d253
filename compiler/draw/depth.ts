import type { Drawing } from "./drawing.ts";
import { fold, openTo } from "./fold.ts";

/** So many boxes are read at a glance. */
const glance = 24;

/** The greatest depth at which the whole is read at a glance. */
export function glancedDepth(drawing: Drawing): number {
  return deepest(drawing, (depth) => fold(drawing, openTo(drawing, depth)).boxes.length <= glance);
}

/** The depth down to which everything is open. */
export function depthOf(drawing: Drawing, open: ReadonlySet<string>): number {
  return deepest(drawing, (depth) => [...openTo(drawing, depth)].every((id) => open.has(id)));
}

/** The last depth that has groups of its own and for which, as for all before, something holds. */
function deepest(drawing: Drawing, holds: (depth: number) => boolean): number {
  let depth = 1;
  while (openTo(drawing, depth + 1).size > openTo(drawing, depth).size && holds(depth + 1)) depth += 1;
  return depth;
}
