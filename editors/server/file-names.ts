import { existsSync, readFileSync, statSync } from "node:fs";
import { isAbsolute, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isStandard } from "../../compiler/check/files.ts";
import { specBytesLimit, specsFolder, usedFile } from "../../runtime/spec-files/spec-files.ts";

/** What the compiler calls a document: the library's files `std/..`, others by their path, with `/` between folders. */
export function nameOf(uri: string): string {
  if (!uri.startsWith("file:")) return uri;
  try {
    const path = fileURLToPath(uri);
    const inside = relative(specsFolder, path);
    return inside.startsWith(`std${sep}`) ? slashed(inside) : slashed(path);
  } catch {
    return uri;
  }
}

export function uriOf(name: string): string {
  if (isStandard(name)) return pathToFileURL(`${specsFolder}${name}`).href;
  return isAbsolute(name) ? pathToFileURL(name).href : name;
}

function slashed(path: string): string {
  return sep === "/" ? path : path.replaceAll(sep, "/");
}

/** Whether it stands in a folder, so that it can use other files. */
export function isOnDisk(name: string): boolean {
  return isAbsolute(name);
}

/** Reads what a spec uses: documents that are open go before files. */
export function readerOf(spec: string, open: ReadonlyMap<string, string>): (name: string) => string | undefined {
  return (name) => {
    const shown = open.get(name);
    if (shown !== undefined) return shown;
    if (!isStandard(name) && !isOnDisk(spec)) return undefined;
    const file = usedFile(spec, name);
    return file === undefined ? undefined : textOfFile(file);
  };
}

/** A file's text; undefined if it is none, cannot be read or is too large to be a spec. */
export function textOfFile(path: string): string | undefined {
  try {
    if (!existsSync(path)) return undefined;
    const stat = statSync(path);
    return stat.isFile() && stat.size <= specBytesLimit ? readFileSync(path, "utf8") : undefined;
  } catch {
    return undefined;
  }
}
