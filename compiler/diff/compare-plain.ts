import { bothKeys, type Change, changeOf } from "./change.ts";

/** What differs between two plain values, such as two plans of data, down to where it does. Maps are compared by key, lists as a whole. */
export function comparePlain(path: string, a: unknown, b: unknown): readonly Change[] {
  const [x, y] = [asRecord(a), asRecord(b)];
  if (x === undefined || y === undefined) return changeOf(path, textOf(a), textOf(b));
  return bothKeys(Object.keys(x), Object.keys(y)).flatMap((key) =>
    comparePlain(path === "" ? key : `${path}.${key}`, x[key], y[key]),
  );
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (value instanceof Map) return Object.fromEntries(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.fromEntries(Object.entries(value));
}

/** Nothing for what is not there. */
function textOf(value: unknown): string | undefined {
  if (value instanceof Map) return textOf(Object.fromEntries(value));
  return value === undefined ? undefined : JSON.stringify(value);
}

/** Whether two plain values are the same, whatever the order of their keys. */
export function samePlain(a: unknown, b: unknown): boolean {
  return comparePlain("", a, b).length === 0;
}
