import { readFileSync, statSync } from "node:fs";
import { DataError } from "../data-error.ts";
import { insideFolder } from "../inside-folder.ts";

/** An annotation file may have so many bytes. */
const bytesLimit = 500 << 20;

/** The text of an annotation file below the data's root. */
export function readText(root: string, file: string): string {
  const path = insideFolder(root, file);
  if (path === undefined) throw new DataError("the annotation file leaves the data's root", { file });
  let size: number;
  try {
    size = statSync(path).size;
  } catch {
    throw new DataError("there is no such annotation file", { file: path });
  }
  if (size > bytesLimit)
    throw new DataError(`the file has ${size} bytes; at most ${bytesLimit} are read`, { file: path });
  return readFileSync(path, "utf8");
}
