import { basename, dirname, relative } from "node:path";
import { DataError } from "../data-error.ts";
import { readText } from "./read-text.ts";

export interface ListedImage {
  readonly image: string;
  /** From 1. */
  readonly line: number;
}

/** The images of an s-Aff-Wild2 file below the data's root, in its order: the first column below its header. */
export function listedImages(root: string, file: string): readonly ListedImage[] {
  return imagesIn(readText(root, relative(root, file)), file);
}

/** The images of a test list anywhere. Throws a DataError if it names none. */
export function readList(file: string): readonly ListedImage[] {
  const images = imagesIn(readText(dirname(file), basename(file)), file);
  if (images.length === 0) throw new DataError("the list names no frame", { file });
  return images;
}

function imagesIn(text: string, file: string): readonly ListedImage[] {
  refuseHeaderless(text, file);
  return text.split("\n").flatMap((line, i) => {
    const image = line.trim().split(",")[0] ?? "";
    return i === 0 || image === "" ? [] : [{ image, line: i + 1 }];
  });
}

/** A file of this format begins with a header: a row in its place would be lost. */
export function refuseHeaderless(text: string, file: string): void {
  if (/^[^,\n]*\/\d+\.\w+\s*(,|\r?\n|$)/.test(text))
    throw new DataError("the first line is a row; it must be the header", { file, line: 1 });
}
