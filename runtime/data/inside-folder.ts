import { realpathSync } from "node:fs";
import { isAbsolute, resolve, sep } from "node:path";

/** The path of a file that data name below a folder, or undefined if it would leave it, by `..`, as absolute or by a link. */
export function insideFolder(folder: string, name: string): string | undefined {
  if (isAbsolute(name) || name.includes("\0")) return undefined;
  const root = resolve(folder);
  const path = resolve(root, name);
  if (!isBelow(root, path)) return undefined;
  const real = realOrUndefined(path);
  const realRoot = realOrUndefined(root);
  // A file that is not there cannot lead anywhere; reading it gives the message.
  return real === undefined || realRoot === undefined || isBelow(realRoot, real) ? path : undefined;
}

function isBelow(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

function realOrUndefined(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
