/** The first name that stood before, and where it stands again. */
export function firstRepeat(names: readonly string[]): { readonly name: string; readonly at: number } | undefined {
  const known = new Set<string>();
  for (const [at, name] of names.entries()) {
    if (known.has(name)) return { name, at };
    known.add(name);
  }
  return undefined;
}

/** Each that has the name of one before it, with the first that has it. */
export function repeats<T>(all: readonly T[], nameOf: (each: T) => string): ReadonlyMap<T, T> {
  const firsts = new Map<string, T>();
  const found = new Map<T, T>();
  for (const each of all) {
    const name = nameOf(each);
    const first = firsts.get(name);
    if (first === undefined) firsts.set(name, each);
    else found.set(each, first);
  }
  return found;
}
