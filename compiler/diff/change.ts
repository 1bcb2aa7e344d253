/** One thing that differs between two sides, by a path. A change of several things under one path may have no one text for them. */
export interface Change {
  readonly path: string;
  readonly kind: "added" | "removed" | "changed";
  /** What there is on the first side; null if nothing is, or if it is not one thing. */
  readonly before: string | null;
  readonly after: string | null;
}

/** The change from one text to another, undefined standing for nothing; none if they are equal. */
export function changeOf(path: string, before: string | undefined, after: string | undefined): readonly Change[] {
  if (before === after) return [];
  const kind = before === undefined ? "added" : after === undefined ? "removed" : "changed";
  return [{ path, kind, before: before ?? null, after: after ?? null }];
}

/** Keys of both sides: those of the first in its order, then what only the second has. */
export function bothKeys(a: Iterable<string>, b: Iterable<string>): readonly string[] {
  return [...new Set([...a, ...b])];
}

/** What differs between two maps of texts, below a path or at none. */
export function compareTextMaps(
  path: string,
  a: ReadonlyMap<string, string>,
  b: ReadonlyMap<string, string>,
): readonly Change[] {
  return bothKeys(a.keys(), b.keys()).flatMap((key) =>
    changeOf(path === "" ? key : `${path}.${key}`, a.get(key), b.get(key)),
  );
}
