import { readFile, stat } from "node:fs/promises";
import sharp from "sharp";
import { DataError } from "../data-error.ts";
import { insideFolder } from "../inside-folder.ts";

const bytesLimit = 50 << 20;
const pixelsLimit = 1 << 26;

export interface ImagePlace {
  readonly folder: string;
  readonly image: string;
  /** The annotation file and line that name it. */
  readonly file: string;
  readonly line: number;
  readonly video: string;
}

/** A JPEG or PNG as bytes [side, side, 3]. Throws a DataError that names file, line and video. */
export async function decodeImage(place: ImagePlace, side: number): Promise<Uint8Array> {
  const { folder, image, file, line, video } = place;
  const refuse = (reason: string): never => {
    throw new DataError(`the image ${image} ${reason}`, { file, line, video });
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
    return await sharp(bytes, { limitInputPixels: pixelsLimit, failOn: "error" })
      .resize(side, side, { fit: "fill", kernel: "linear" })
      .toColourspace("srgb")
      .removeAlpha()
      .raw()
      .toBuffer();
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
