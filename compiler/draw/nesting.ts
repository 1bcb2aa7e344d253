import type { Box, Drawing } from "./drawing.ts";

/** What stands in what, and a name for each box and group that no text of a spec is in: `b0`, `g0` and so on, in order. */
export interface Nesting {
  readonly nameOf: (id: string) => string;
  /** The groups and boxes of a group; of undefined, those that stand in none. */
  readonly groupsIn: (group: string | undefined) => readonly Box[];
  readonly boxesIn: (group: string | undefined) => readonly Box[];
}

export function nestingOf({ groups, boxes }: Drawing): Nesting {
  const names = new Map([
    ...groups.map(({ id }, i) => [id, `g${i}`] as const),
    ...boxes.map(({ id }, i) => [id, `b${i}`] as const),
  ]);
  const within = byGroup(groups);
  const inside = byGroup(boxes);
  return {
    nameOf: (id) => names.get(id) ?? "nothing",
    groupsIn: (group) => within.get(group) ?? [],
    boxesIn: (group) => inside.get(group) ?? [],
  };
}

function byGroup(boxes: readonly Box[]): ReadonlyMap<string | undefined, readonly Box[]> {
  const found = new Map<string | undefined, Box[]>();
  for (const box of boxes) {
    const known = found.get(box.group);
    if (known === undefined) found.set(box.group, [box]);
    else known.push(box);
  }
  return found;
}
