/** The entry of a table under a name that a spec says; `constructor` and its like, which every object has, are in no table. */
export function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
