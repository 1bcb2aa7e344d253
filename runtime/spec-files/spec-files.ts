import { existsSync, statSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isStandard } from "../../compiler/check/files.ts";
import type { FileHeader } from "../../compiler/check/weight-files.ts";
import { type Header, readHeader, WeightFileError } from "../checkpoints/safetensors.ts";
import { insideFolder } from "../data/inside-folder.ts";

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

/** What is in a weight file below a folder. Only safetensors say in their first bytes what is inside. */
export function weightHeader(folder: string, path: string): FileHeader {
  const file = insideFolder(folder, path);
  if (file === undefined || !existsSync(file)) return { kind: "absent" };
  if (!path.endsWith(".safetensors"))
    return { kind: "unread", reason: "only the headers of .safetensors files are read" };
  try {
    return { kind: "tensors", shapes: shapesOf(readHeader(file)) };
  } catch (problem) {
    if (problem instanceof WeightFileError) return { kind: "unread", reason: problem.message };
    throw problem;
  }
}

function shapesOf({ tensors }: Header): ReadonlyMap<string, readonly number[]> {
  return new Map([...tensors].map(([name, { shape }]) => [name, shape]));
}
