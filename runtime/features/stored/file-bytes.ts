import { closeSync, fstatSync, openSync } from "node:fs";
import { readBytes } from "../../checkpoints/read-bytes.ts";
import { StoredError } from "./stored-numbers.ts";

/** A buffer of Node has no more. */
const most = 2 ** 32 - 1;

/** Bytes of a file, all that are asked for. */
export function bytesAt(path: string, from: number, length: number): Buffer {
  if (length > most) throw new StoredError(`it has ${length} bytes in one piece; at most ${most} are read`);
  const file = openSync(path, "r");
  try {
    if (from + length > fstatSync(file).size) throw new StoredError("it is cut off");
    const bytes = readBytes(file, from, length, () => new StoredError("it became shorter while it was read"));
    return Buffer.from(bytes.buffer);
  } finally {
    closeSync(file);
  }
}
