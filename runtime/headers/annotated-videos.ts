import { basename, dirname } from "node:path";
import { DataError } from "../data/data-error.ts";
import { readList } from "../data/formats/listed-images.ts";
import { HeaderError } from "./file-window.ts";

/** The videos that an annotation file in the format of s-Aff-Wild2 has rows of, in the order of their first. */
export function annotatedVideos(path: string): readonly string[] {
  try {
    const names = readList(path).map(({ image }) => image.slice(0, Math.max(0, image.lastIndexOf("/"))));
    return [...new Set(names)].filter((name) => name !== "");
  } catch (problem) {
    if (!(problem instanceof DataError)) throw problem;
    throw new HeaderError(problem.message, { repair: `look at ${basename(path)} in ${dirname(path)}` });
  }
}
