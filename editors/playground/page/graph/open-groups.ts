import type { Drawing } from "../../../../compiler/draw/drawing.ts";
import { fold, openTo } from "../../../../compiler/draw/fold.ts";

type Open = ReadonlySet<string>;

/** So many boxes are read at a glance. */
const glance = 24;

/** The groups that are open: those of the drawing before as they were, others down to where the whole is read at a glance. */
export function openIn(drawing: Drawing, before: Drawing | undefined, open: Open): Open {
  const known = new Set(before?.groups.map(({ id }) => id));
  const usual = openTo(drawing, glancedDepth(drawing));
  return new Set(drawing.groups.map(({ id }) => id).filter((id) => (known.has(id) ? open : usual).has(id)));
}

function glancedDepth(drawing: Drawing): number {
  return deepest(drawing, (depth) => fold(drawing, openTo(drawing, depth)).boxes.length <= glance);
}

/** The depth down to which everything is open. */
export function depthOf(drawing: Drawing, open: Open): number {
  return deepest(drawing, (depth) => [...openTo(drawing, depth)].every((id) => open.has(id)));
}

/** The last depth that has groups of its own and for which, as for all before, something holds. */
function deepest(drawing: Drawing, holds: (depth: number) => boolean): number {
  let depth = 1;
  while (openTo(drawing, depth + 1).size > openTo(drawing, depth).size && holds(depth + 1)) depth += 1;
  return depth;
}
