import { existsSync } from "node:fs";
import { join } from "node:path";
import { entriesOf, isImage } from "./walked-images.ts";

/**
 * The images of one video's folder by number, whatever their number of digits: `0012.jpg`, `12.jpg` and `00012.png` are frame 12. Of two
 * with the same number the first by name. Undefined if there is no such folder.
 */
export function numberedImages(folder: string): ReadonlyMap<number, string> | undefined {
  if (!existsSync(folder)) return undefined;
  const images = new Map<number, string>();
  for (const { name } of entriesOf(folder)) {
    const number = /^0*(\d{1,9})\.\w+$/.exec(name)?.[1];
    if (number === undefined || !isImage(name) || images.has(Number(number))) continue;
    images.set(Number(number), name);
  }
  return images;
}

/** The first of some folders that is there, with its images by number. */
export function firstNumbered(
  images: string,
  folders: readonly string[],
): { readonly folder: string; readonly byNumber: ReadonlyMap<number, string> } | undefined {
  for (const folder of folders) {
    const byNumber = numberedImages(join(images, folder));
    if (byNumber !== undefined) return { folder, byNumber };
  }
  return undefined;
}
