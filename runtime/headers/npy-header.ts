import type { ArrayHeader } from "../../compiler/check/file-header.ts";
import { type FileWindow, HeaderError } from "./file-window.ts";
import { refuseStart } from "./other-kind.ts";

/** NumPy itself reads no longer one (`max_header_size` of numpy.lib.format). */
const longest = 10_000;
/** What a reader of a member of an archive must have before it. */
export const npyHeaderBytes = longest + 12;

/** One array of NumPy (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html), as large as its header says. */
export function readNpy(file: FileWindow): ArrayHeader {
  if (file.start(6).toString("latin1") !== "\x93NUMPY") refuseStart(file, "an array of NumPy");
  return npyHeader(file.start(npyHeaderBytes), file.size);
}

/** Where a header ends, as its first bytes say. */
export function npyHeaderEnd(start: Buffer): number {
  if (start.length < 12) return npyHeaderBytes;
  return start.readUInt8(6) === 1 ? 10 + start.readUInt16LE(8) : 12 + start.readUInt32LE(8);
}

/** The same of its first bytes; `size` is how many it has in all. */
export function npyHeader(start: Buffer, size: number): ArrayHeader {
  const refuse = (reason: string): never => {
    throw new HeaderError(reason);
  };
  if (start.length < 12) refuse("its header is cut off");
  if (start.toString("latin1", 0, 6) !== "\x93NUMPY") refuse("it is not an array of NumPy");
  const version = start.readUInt8(6);
  if (version < 1 || version > 3) refuse(`its header has the version ${version}; 1 to 3 are known`);
  const from = version === 1 ? 10 : 12;
  const length = npyHeaderEnd(start) - from;
  if (length > longest) refuse(`its header claims ${length} bytes; at most ${longest} are read`);
  if (from + length > start.length) refuse("its header is cut off");
  const text = start.toString("latin1", from, from + length);
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1];
  const type = /'descr':\s*'([^']{1,32})'/.exec(text)?.[1];
  if (shape === undefined) return refuse("its header gives no shape");
  const sizes = shape.split(",").flatMap((each) => (each.trim() === "" ? [] : [Number(each)]));
  if (!sizes.every(Number.isSafeInteger)) refuse("its header gives a shape that is none");
  const array = { shape: sizes, type: type ?? "records", numeric: /^[<>=|][fiub]\d+$/.test(type ?? "") };
  // Objects and records have no size that their type tells.
  const width = /^[<>=|][fiubc](\d+)$/.exec(type ?? "")?.[1];
  const bytes = sizes.reduce((product, dim) => product * dim, Number(width ?? 0));
  if (from + length + bytes > size)
    refuse(`it is cut off: [${sizes.join(", ")}] of ${type} are ${bytes} bytes, and it has ${size - from - length}`);
  return array;
}
