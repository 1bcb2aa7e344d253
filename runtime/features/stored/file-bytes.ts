import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { StoredError } from "./stored-numbers.ts";

/** A buffer of Node has no more. */
const most = 2 ** 32 - 1;

/** Bytes of a file, all that are asked for. */
export function bytesAt(path: string, from: number, length: number): Buffer {
  if (length > most) throw new StoredError(`it has ${length} bytes in one piece; at most ${most} are read`);
  const file = openSync(path, "r");
  try {
    if (from + length > fstatSync(file).size) throw new StoredError("it is cut off");
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const read = readSync(file, bytes, done, Math.min(length - done, 1 << 30), from + done);
      if (read === 0) throw new StoredError("it became shorter while it was read");
      done += read;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}
