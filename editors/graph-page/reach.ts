import type { Drawing } from "../../compiler/draw/drawing.ts";

/** Everything that leads to some boxes or comes from them, and these. */
export function reachOf({ arrows }: Drawing, from: Iterable<string>): ReadonlySet<string> {
  const reached = new Set(from);
  for (const [start, end] of [
    ["from", "to"],
    ["to", "from"],
  ] as const) {
    const way = new Set(from);
    for (let before = -1; before !== way.size; ) {
      before = way.size;
      for (const arrow of arrows) if (way.has(arrow[start])) way.add(arrow[end]);
    }
    for (const id of way) reached.add(id);
  }
  return reached;
}
