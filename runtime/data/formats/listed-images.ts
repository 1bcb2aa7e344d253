import { relative } from "node:path";
import { readText } from "./read-text.ts";

export interface ListedImage {
  readonly image: string;
  /** From 1. */
  readonly line: number;
}

/** The images of an s-Aff-Wild2 file below the data's root, in its order: the first column below its header. */
export function listedImages(root: string, file: string): readonly ListedImage[] {
  return imagesIn(readText(root, relative(root, file)));
}

/** The first column of every line that is not empty, below the header. */
export function imagesIn(text: string): readonly ListedImage[] {
  return text.split("\n").flatMap((line, i) => {
    const image = line.trim().split(",")[0] ?? "";
    return i === 0 || image === "" ? [] : [{ image, line: i + 1 }];
  });
}
