import { type Dirent, readdirSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../data-error.ts";

/** More images than this do not fit beside a training in memory. */
const imagesLimit = 1 << 24;
const depthLimit = 32;

/**
 * The JPEG and PNG files below a folder, as paths with slashes, in the order of their code units: the same files give the same order on
 * any machine. Names that begin with a dot are passed over. Links to folders are refused, which may lead in circles or out of the data.
 */
export function walkedImages(folder: string): readonly string[] {
  const images: string[] = [];
  walk(folder, "", 0, images);
  return images;
}

function walk(folder: string, below: string, depth: number, images: string[]): void {
  const place = join(folder, below);
  if (depth > depthLimit)
    throw new DataError(`it is ${depthLimit} folders deep, and no deeper is looked`, { file: place });
  for (const entry of entriesOf(place)) {
    if (entry.name.startsWith(".")) continue;
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (isImage(entry.name) && !entry.isDirectory()) {
      if (images.length >= imagesLimit)
        throw new DataError(`it has more than ${imagesLimit} images; make a root of a part of them`, { file: folder });
      images.push(path);
    } else if (entry.isDirectory()) walk(folder, path, depth + 1, images);
    else if (entry.isSymbolicLink())
      throw new DataError(
        "it is a link, which is not followed; name the folder that it leads to as a root of its own",
        {
          file: join(folder, path),
        },
      );
  }
}

export function isImage(name: string): boolean {
  return /\.(jpe?g|png)$/i.test(name);
}

/** What is in a folder, in the order of its names. Throws a DataError if it is not there. */
export function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    throw new DataError("there is no such folder", { file: folder });
  }
}
