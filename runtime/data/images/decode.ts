import { readFile, stat } from "node:fs/promises";
import sharp from "sharp";
import { DataError } from "../data-error.ts";
import { insideFolder } from "../inside-folder.ts";
import type { Picture } from "./sampler.ts";

const bytesLimit = 50 << 20;
const pixelsLimit = 1 << 26;

export interface ImagePlace {
  readonly folder: string;
  readonly image: string;
  /** The annotation file and line that name it; a line of 0 is none, where the file is a folder. */
  readonly file: string;
  readonly line: number;
  readonly video: string;
}

/**
 * A JPEG or PNG as bytes, no wider or higher than frames of `side`: what is smaller stays so until it is changed, all in one pass. Throws a
 * DataError that names file, line and video.
 */
export async function decodeImage(place: ImagePlace, side: number): Promise<Picture> {
  const { folder, image, file, line, video } = place;
  const refuse = (reason: string): never => {
    throw new DataError(`the image ${image} ${reason}`, { file, ...(line === 0 ? {} : { line }), video });
  };
  const path = insideFolder(folder, image);
  if (path === undefined) return refuse(`leaves the folder ${folder}`);
  let bytes: Buffer;
  try {
    const { size } = await stat(path);
    if (size > bytesLimit) return refuse(`has ${size} bytes; at most ${bytesLimit} are read`);
    bytes = await readFile(path);
  } catch (problem) {
    if (problem instanceof DataError) throw problem;
    return refuse(`is missing below ${folder}`);
  }
  if (!isJpeg(bytes) && !isPng(bytes)) return refuse("is neither JPEG nor PNG");
  try {
    // Only what is too large is resized, over as many pixels as fall into one.
    const { data, info } = await sharp(bytes, { limitInputPixels: pixelsLimit, failOn: "error" })
      .resize(side, side, { fit: "fill", kernel: "linear", withoutEnlargement: true })
      .toColourspace("srgb")
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { pixels: data, width: info.width, height: info.height };
  } catch {
    return refuse("cannot be read as a picture");
  }
}

function isJpeg(bytes: Buffer): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8;
}

function isPng(bytes: Buffer): boolean {
  return bytes[0] === 0x89 && bytes[1] === 0x50;
}
