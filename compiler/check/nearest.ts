/** No word of people is longer, and no list of names that people know by heart. */
const longest = 64;
const mostNames = 2000;

/** The name most like a wrong one, if any is like it: at most a third of its letters differ; one or two letters are like nothing. */
export function nearest(wrong: string, names: Iterable<string>): string | undefined {
  if (wrong.length > longest) return undefined;
  let best: string | undefined;
  let least = Math.floor(wrong.length / 3) + 1;
  let looked = 0;
  for (const name of names) {
    looked += 1;
    if (looked > mostNames) break;
    if (Math.abs(name.length - wrong.length) >= least) continue;
    const distance = editDistance(wrong.toLowerCase(), name.toLowerCase());
    if (distance < least) {
      least = distance;
      best = name;
    }
  }
  return best;
}

/** "did you mean `x`?", if something is near. */
export function suggestion(wrong: string, names: Iterable<string>): string | undefined {
  const near = nearest(wrong, names);
  return near === undefined ? undefined : `did you mean \`${near}\`?`;
}

/** The name that a suggestion names. */
export function nearIn(help: string | undefined): string | undefined {
  return /^did you mean `(.+)`\?$/.exec(help ?? "")?.[1];
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
