import type { Entry } from "../syntax/ast.ts";
import { type Env, inner } from "./env.ts";
import { forEachSuffix } from "./evaluate.ts";
import { MentionedNames } from "./mentioned-names.ts";
import { type AxisPoint, type Grid, pointsOf } from "./sweep-axes.ts";

/**
 * How many combinations axes have, without making any: axes that read nothing of those before them are counted once, and multiplied.
 * Where axes do read others, the count ends beyond `most`, and is infinite.
 */
export function countCombinations(entries: readonly Entry[], grid: Grid, env: Env, most: number): number {
  const free = freeFrom(entries);
  const known = new Map<number, number>();
  const count = (i: number, place: Env, axes: readonly AxisPoint[]): number => {
    const entry = entries[i];
    if (entry === undefined) return 1;
    const before = known.get(i);
    if (before !== undefined) return before;
    let taken = false;
    let total = 0;
    forEachSuffix(entry.suffixes, place, (here) => {
      taken = true;
      if (total === Number.POSITIVE_INFINITY) return;
      for (const axis of pointsOf(entry, axes, grid, here)) {
        total += count(i + 1, inner(here, [[axis.name, axis.thing]]), [...axes, axis]);
        if (total > most && !free.has(i + 1)) total = Number.POSITIVE_INFINITY;
        if (total === Number.POSITIVE_INFINITY) return;
      }
    });
    const all = taken ? total : count(i + 1, place, axes);
    if (free.has(i)) known.set(i, all);
    return all;
  };
  return count(0, env, []);
}

/** From which places on axes would be the same for other values of the axes before: none of them, or of those behind, reads one. */
function freeFrom(entries: readonly Entry[]): ReadonlySet<number> {
  const lastRead = new Map<string, number>();
  for (const [i, entry] of entries.entries()) {
    const mentioned = new MentionedNames();
    mentioned.entry(entry);
    for (const name of mentioned.all) lastRead.set(name, i);
  }
  const free = new Set([entries.length]);
  let readUpTo = -1;
  for (const [i, { path, suffixes }] of entries.entries()) {
    if (readUpTo < i) free.add(i);
    const variables = suffixes.flatMap((suffix) => (suffix.kind === "for" ? [suffix.name.text] : []));
    const named = path.segments.length === 1 ? path.segments.map(({ name }) => name.text) : [];
    for (const name of [...named, ...variables]) readUpTo = Math.max(readUpTo, lastRead.get(name) ?? -1);
  }
  return free;
}
