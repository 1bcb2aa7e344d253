import { isUtf8 } from "node:buffer";
import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { isDenied } from "../checkpoints/is-denied.ts";
import { specBytesLimit } from "./spec-files.ts";

/** A file that cannot be a spec: it is not there, may not be read, is a folder, too large, or no UTF-8. */
export class SpecTextError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SpecTextError";
  }
}

/** The text of a spec. Of what has no end, such as a device, no more is read than a spec can have. */
export function readSpecText(path: string): string {
  if (!existsSync(path)) throw new SpecTextError(`there is no file ${path}`);
  const stat = statSync(path);
  if (stat.isDirectory()) throw new SpecTextError(`${path} is a folder, not a spec`);
  const expected = stat.isFile() ? stat.size : specBytesLimit;
  return textOfBytes(path, bytesOf(path, Math.min(expected, specBytesLimit) + 1));
}

/** Bytes as text; a byte order mark stays. What is no UTF-8 is refused: its characters would be replaced by others unseen. */
export function textOfBytes(name: string, bytes: Buffer): string {
  if (bytes.length > specBytesLimit)
    throw new SpecTextError(`${name} has more than ${specBytesLimit} bytes, the most that a spec has`);
  if (isUtf8(bytes)) return bytes.toString("utf8");
  const at = firstWrong(bytes);
  const line = bytes
    .subarray(0, at)
    .toString("latin1")
    .split(/\r\n?|\n/).length;
  const value = `0x${(bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, "0")}`;
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const advice = wide ? "it looks like UTF-16; save it as UTF-8" : "save it as UTF-8";
  throw new SpecTextError(`${name}:${line}: byte ${at} of the file, ${value}, is no UTF-8; ${advice}`);
}

function bytesOf(path: string, most: number): Buffer {
  const file = opened(path);
  try {
    const buffer = Buffer.allocUnsafe(most);
    let length = 0;
    while (length < most) {
      const read = readSync(file, buffer, length, most - length, null);
      if (read === 0) break;
      length += read;
    }
    return buffer.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

function opened(path: string): number {
  try {
    return openSync(path, "r");
  } catch (problem) {
    if (isDenied(problem)) throw new SpecTextError(`there is no permission to read ${path}`);
    throw problem;
  }
}

const replacement = "\ufffd";
const replacementBytes = Buffer.from(replacement);

/** The offset of the first byte that is no UTF-8: where a decoder puts a replacement that the bytes do not have. */
function firstWrong(bytes: Buffer): number {
  const text = bytes.toString("utf8");
  let offset = 0;
  let from = 0;
  for (let at = text.indexOf(replacement); at >= 0; at = text.indexOf(replacement, from)) {
    offset += Buffer.byteLength(text.slice(from, at));
    if (!bytes.subarray(offset, offset + replacementBytes.length).equals(replacementBytes)) return offset;
    offset += replacementBytes.length;
    from = at + 1;
  }
  return offset;
}
