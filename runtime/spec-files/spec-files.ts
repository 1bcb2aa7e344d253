import { existsSync, statSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { FileFormat, FileHeader } from "../../compiler/check/file-header.ts";
import { isStandard } from "../../compiler/check/files.ts";
import { insideFolder } from "../data/inside-folder.ts";
import { headerOf } from "../headers/read-header.ts";

/** A folder that comes with the program: beside the folder of its bundle, or at the root of its sources. */
export function shippedFolder(name: string): string {
  const places = ["../", "../../"].map((up) => fileURLToPath(new URL(`${up}${name}/`, import.meta.url)));
  return places.find((place) => existsSync(place)) ?? places[0] ?? name;
}

/** The folder of the language's own specs. */
export const specsFolder = shippedFolder("specs");

/** A spec of more bytes is no spec. */
export const specBytesLimit = 4 << 20;

/** The file that a spec means by a path of `use`: of the library, or below the spec's own folder; undefined if there is none. */
export function usedFile(spec: string, name: string): string | undefined {
  const path = isStandard(name) ? insideFolder(specsFolder, name) : besideSpec(spec, name);
  return path !== undefined && existsSync(path) && statSync(path).isFile() ? path : undefined;
}

function besideSpec(spec: string, name: string): string | undefined {
  const folder = dirname(resolve(spec));
  return insideFolder(folder, relative(folder, resolve(name)));
}

/** What a file that a spec names says of itself; only below the folder, or, of data, below their root. */
export function fileHeader(folder: string, path: string, format: FileFormat, root = "."): FileHeader {
  const place = resolve(folder, root);
  const file = insideFolder(place, path);
  if (file === undefined) return { kind: "unread", reason: "it is outside of the folder in which files are looked at" };
  return existsSync(file) ? headerOf(file, format) : { kind: "absent" };
}
