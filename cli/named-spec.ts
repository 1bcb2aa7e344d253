import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { nearest } from "../compiler/check/nearest.ts";
import { readSpecText } from "../runtime/spec-files/spec-text.ts";
import { UsageError } from "./usage-error.ts";

/** The text of a spec that the command line names; where there is none, the message says what is there. */
export function namedSpecText(path: string): string {
  if (!existsSync(path)) {
    const near = nearest(basename(path), specsIn(dirname(path)));
    const advice = near === undefined ? "" : `; did you mean ${join(dirname(path), near)}?`;
    throw new UsageError(`there is no file ${path}${advice}`);
  }
  if (statSync(path).isDirectory()) {
    const [first] = specsIn(path);
    const advice = first === undefined ? "; no spec is in it" : `; name a file in it, such as ${join(path, first)}`;
    throw new UsageError(`${path} is a folder, not a spec${advice}`);
  }
  return readSpecText(path);
}

function specsIn(folder: string): readonly string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".abaw"))
    .toSorted();
}
