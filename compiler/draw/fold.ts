import type { Arrow, Box, Drawing } from "./drawing.ts";

/** Groups down to a depth: at 1 all are closed, at 2 those that stand in none are open, and so on. */
export function openTo({ groups }: Drawing, depth: number): ReadonlySet<string> {
  const depths = new Map<string, number>();
  const open = new Set<string>();
  for (const { id, group } of groups) {
    const own = 1 + (group === undefined ? 0 : (depths.get(group) ?? 0));
    depths.set(id, own);
    if (own < depth) open.add(id);
  }
  return open;
}

/** The drawing with only some groups open: the others are boxes, and what goes into or out of their inside goes to them. */
export function fold(drawing: Drawing, open: ReadonlySet<string>): Drawing {
  const groups = new Map(drawing.groups.map((group) => [group.id, group]));
  /** The outermost closed group around a box or group, if there is one. */
  const closedAround = new Map<string, string | undefined>();
  const closedOf = (id: string | undefined): string | undefined => {
    if (id === undefined) return undefined;
    if (closedAround.has(id)) return closedAround.get(id);
    const closed = closedOf(groups.get(id)?.group) ?? (open.has(id) ? undefined : id);
    closedAround.set(id, closed);
    return closed;
  };
  const shownAs = new Map(drawing.boxes.map(({ id, group }) => [id, closedOf(group) ?? id]));
  const boxes: Box[] = [];
  const shown = new Set<string>();
  for (const box of drawing.boxes) {
    const id = shownAs.get(box.id) ?? box.id;
    if (shown.has(id)) continue;
    shown.add(id);
    boxes.push(groups.get(id) ?? box);
  }
  return {
    ...drawing,
    groups: drawing.groups.filter(({ id }) => closedOf(id) === undefined),
    boxes,
    arrows: merged(
      drawing.arrows.map((arrow) => ({
        ...arrow,
        from: shownAs.get(arrow.from) ?? arrow.from,
        to: shownAs.get(arrow.to) ?? arrow.to,
      })),
    ),
  };
}

const mostLabels = 3;

/** Arrows between the same two boxes are one, with the labels of all; arrows within a box are none. */
function merged(arrows: readonly Arrow[]): readonly Arrow[] {
  const labels = new Map<string, { readonly arrow: Arrow; readonly labels: Set<string> }>();
  for (const arrow of arrows) {
    if (arrow.from === arrow.to) continue;
    const key = JSON.stringify([arrow.from, arrow.to, arrow.dashed]);
    const known = labels.get(key) ?? { arrow, labels: new Set() };
    if (arrow.label !== "") known.labels.add(arrow.label);
    labels.set(key, known);
  }
  return [...labels.values()].map(({ arrow, labels: all }) => {
    const shown = [...all].slice(0, mostLabels);
    return { ...arrow, label: [...shown, ...(all.size > mostLabels ? ["…"] : [])].join(", ") };
  });
}
