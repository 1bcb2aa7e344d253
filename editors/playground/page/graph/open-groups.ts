import { glancedDepth } from "../../../../compiler/draw/depth.ts";
import type { Drawing } from "../../../../compiler/draw/drawing.ts";
import { openTo } from "../../../../compiler/draw/fold.ts";

type Open = ReadonlySet<string>;

/** The groups that are open: those of the drawing before as they were, others down to where the whole is read at a glance. */
export function openIn(drawing: Drawing, before: Drawing | undefined, open: Open): Open {
  const known = new Set(before?.groups.map(({ id }) => id));
  const usual = openTo(drawing, glancedDepth(drawing));
  return new Set(drawing.groups.map(({ id }) => id).filter((id) => (known.has(id) ? open : usual).has(id)));
}
