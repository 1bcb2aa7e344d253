import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { FileFormat } from "../../compiler/check/file-header.ts";
import { isDenied } from "../checkpoints/is-denied.ts";

/** Why a file cannot be what it is opened as. */
export class HeaderError extends Error {
  /** What it is, if it is another kind that is known, and what to do about it, if that is more than to get the file anew. */
  readonly is: FileFormat | undefined;
  readonly repair: string | undefined;

  constructor(reason: string, { is, repair }: { is?: FileFormat | undefined; repair?: string | undefined } = {}) {
    super(reason);
    this.name = "HeaderError";
    this.is = is;
    this.repair = repair;
  }
}

const chunk = 1 << 14;
/** No header of a network or of stored features is larger. */
const most = 64 << 20;

/** A file of which parts are read, wherever they are asked for: a window of a few kilobytes moves over it. */
export class FileWindow {
  readonly size: number;
  readonly #file: number;
  #from = 0;
  #bytes = Buffer.alloc(0);
  #read = 0;

  private constructor(file: number) {
    this.#file = file;
    this.size = fstatSync(file).size;
  }

  static over<T>(path: string, read: (file: FileWindow) => T): T {
    const file = opened(path);
    try {
      return read(new FileWindow(file));
    } finally {
      closeSync(file);
    }
  }

  /** Bytes at a place. Throws a HeaderError where the file ends before, or where a header has no end. */
  bytes(from: number, length: number): Buffer {
    if (length > most || !(from >= 0 && from + length <= this.size))
      throw new HeaderError(`it is cut off: ${length} bytes at ${from} are missing of its ${this.size}`);
    if (from < this.#from || from + length > this.#from + this.#bytes.length) this.#move(from, Math.max(length, chunk));
    return this.#bytes.subarray(from - this.#from, from - this.#from + length);
  }

  /** The first bytes of a file, fewer where it is shorter. */
  start(length: number): Buffer {
    return this.bytes(0, Math.min(length, this.size));
  }

  #move(from: number, wanted: number): void {
    const length = Math.min(wanted, this.size - from);
    this.#read += length;
    if (this.#read > most) throw new HeaderError(`its header has more than ${most} bytes`);
    const buffer = Buffer.alloc(length);
    let done = 0;
    while (done < length) {
      const read = readSync(this.#file, buffer, done, length - done, from + done);
      if (read === 0) throw new HeaderError("it became shorter while it was read");
      done += read;
    }
    this.#from = from;
    this.#bytes = buffer;
  }
}

function opened(path: string): number {
  try {
    return openSync(path, "r");
  } catch (problem) {
    if (!isDenied(problem)) throw problem;
    throw new HeaderError("there is no permission to read it", { repair: "let it be read" });
  }
}
