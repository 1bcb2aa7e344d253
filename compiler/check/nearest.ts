/** No word of people is longer, and no list of names that people know by heart. */
const longest = 64;
const mostNames = 2000;

/** The name most like a wrong one, if any is like it: at most a third of its letters differ; one or two letters are like nothing. */
export function nearest(wrong: string, names: Iterable<string>): string | undefined {
  return allNearest(wrong, [names])[0];
}

/** The names that are as near as any: of several groups those of the first that has one. */
function allNearest(wrong: string, groups: readonly Iterable<string>[]): readonly string[] {
  if (wrong.length > longest) return [];
  let best: { readonly group: Iterable<string>; readonly names: Set<string> } | undefined;
  let least = Math.floor(wrong.length / 3);
  for (const group of groups) {
    let looked = 0;
    for (const name of group) {
      looked += 1;
      if (looked > mostNames) break;
      if (Math.abs(name.length - wrong.length) > least) continue;
      const distance = editDistance(wrong.toLowerCase(), name.toLowerCase());
      if (distance > least) continue;
      if (best === undefined || distance < least) best = { group, names: new Set() };
      if (best.group === group) best.names.add(name);
      least = distance;
    }
  }
  return [...(best?.names ?? [])];
}

/** How many names that are equally near are told. */
const mostTold = 3;

/** "did you mean `x`?", if something is near; where several are as near, all of those of the first group that has one. */
export function suggestion(wrong: string, ...groups: readonly Iterable<string>[]): string | undefined {
  const near = allNearest(wrong, groups)
    .slice(0, mostTold)
    .map((name) => `\`${name}\``);
  return near.length === 0 ? undefined : `did you mean ${near.join(" or ")}?`;
}

/** The names that a suggestion names. */
export function namesIn(help: string | undefined): readonly string[] {
  return help?.startsWith("did you mean ") === true
    ? [...help.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name)
    : [];
}

/** The name that can stand for a wrong one without a choice: the only one that is as near, which differs in more than its number. */
export function onlyNear(wrong: string, help: string | undefined): string | undefined {
  const [near, more] = namesIn(help);
  const withoutDigits = (name: string) => name.replace(/\d+/g, "");
  if (near === undefined || more !== undefined || withoutDigits(near) === withoutDigits(wrong)) return undefined;
  return near;
}

/** Insertions, deletions, replacements and swaps of neighbours between two words. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replace);
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      next.push(cost);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

/** So many names are compared with one. */
const mostCompared = 5000;

/** Names in the order in which they are like another: by how many of their last parts between dots they share, then by their letters. */
export function likeliest(wanted: string, names: readonly string[], count: number): readonly string[] {
  const parts = wanted.split(".");
  const shared = (name: string) => {
    const own = name.split(".");
    let same = 0;
    while (same < own.length && same < parts.length && own.at(-1 - same) === parts.at(-1 - same)) same += 1;
    return same;
  };
  return names
    .slice(0, mostCompared)
    .map((name) => ({
      name,
      same: shared(name),
      distance: editDistance(wanted.slice(0, longest), name.slice(0, longest)),
    }))
    .sort((a, b) => b.same - a.same || a.distance - b.distance)
    .slice(0, count)
    .map(({ name }) => name);
}
