import { readSync } from "node:fs";

/** One read of the system has no more. */
const mostAtOnce = 1 << 30;

/** Bytes of an open file, in memory of their own. `tooShort` says what is thrown where it ends before. */
export function readBytes(file: number, from: number, length: number, tooShort: () => Error): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const read = readSync(file, bytes, done, Math.min(length - done, mostAtOnce), from + done);
    if (read === 0) throw tooShort();
    done += read;
  }
  return bytes;
}
