import { inflateRawSync } from "node:zlib";
import type { FileWindow } from "../../headers/file-window.ts";
import { npyHeader, npyHeaderBytes, npyHeaderEnd } from "../../headers/npy-header.ts";
import { contentStart, type Member, membersOf } from "../../headers/zip-table.ts";
import { floatsOf, textsOf } from "./array-numbers.ts";
import { bytesAt } from "./file-bytes.ts";
import { frameOf, keep, StoredError, type StoredNumbers, type StoredRequest, wholeVideo } from "./stored-numbers.ts";

/** An array of NumPy: its type, and the bytes behind its header. */
interface NpyArray {
  readonly type: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** The array `F` with a row for each entry, and as many texts in `videos` and, of frames, in `images`. */
export function numbersOfNpz(file: FileWindow, request: StoredRequest): StoredNumbers {
  const members = new Map([...membersOf(file)].map((member) => [member.name, member]));
  const arrayOf = (name: string): NpyArray => {
    const member = members.get(`${name}.npy`);
    if (member === undefined)
      throw new StoredError(
        `it has no array ${name}: it needs F with the numbers, videos, and images with the frames' names`,
      );
    return npyArray(unpacked(file, request.path, member));
  };
  const rows = arrayOf("F");
  const values = floatsOf(rows.type, rows.bytes);
  const count = rows.shape[0] ?? 0;
  const textOf = (name: string): readonly string[] => {
    const { type, bytes } = arrayOf(name);
    const texts =
      textsOf(type, bytes) ?? (/^[<>|=][iu]\d$/.test(type) ? Array.from(floatsOf(type, bytes), String) : []);
    if (texts.length !== count)
      throw new StoredError(`its array ${name} has ${texts.length} texts, and F has ${count} rows`);
    return texts;
  };
  const videos = textOf("videos");
  const frames = request.per === "video" ? undefined : textOf("images");
  const width = count === 0 ? 0 : values.length / count;
  const numbers: StoredNumbers = new Map();
  videos.forEach((video, i) => {
    const frame = frames === undefined ? wholeVideo : frameOf(frames[i] ?? "");
    if (frame !== undefined) keep(numbers, request, [video, frame], values.subarray(i * width, (i + 1) * width));
  });
  return numbers;
}

function unpacked(file: FileWindow, path: string, member: Member): Buffer {
  const bytes = bytesAt(path, contentStart(file, member), member.packed);
  if (member.method === 0) return bytes;
  if (member.method !== 8)
    throw new StoredError(`it is packed by the method ${member.method}; stored and deflated ones are read`);
  try {
    return inflateRawSync(bytes, { maxOutputLength: Math.max(1, member.size) });
  } catch {
    throw new StoredError("it cannot be unpacked");
  }
}

function npyArray(content: Buffer): NpyArray {
  const { shape, type } = npyHeader(content.subarray(0, npyHeaderBytes), content.length);
  return { type, shape, bytes: content.subarray(npyHeaderEnd(content)) };
}

/** What stands behind the header of a `.npy` file. */
export function npyContent(file: FileWindow, path: string): { readonly type: string; readonly bytes: Buffer } {
  const start = file.start(npyHeaderBytes);
  const { type } = npyHeader(start, file.size);
  const end = npyHeaderEnd(start);
  return { type, bytes: bytesAt(path, end, file.size - end) };
}
