import { closeSync, fstatSync, openSync } from "node:fs";
import { isDenied } from "../checkpoints/is-denied.ts";
import { readBytes } from "../checkpoints/read-bytes.ts";
import { HeaderError } from "../headers/file-window.ts";

/** A file whose parts are read as they are asked for, each into memory of its own. */
export class OpenFile {
  readonly size: number;
  readonly #file: number;
  #isOpen = true;

  /** Throws a HeaderError if it may not be read, or is no file. */
  constructor(path: string) {
    this.#file = opened(path);
    const stat = fstatSync(this.#file);
    if (!stat.isFile()) {
      closeSync(this.#file);
      throw new HeaderError("it is a folder or a device", { repair: "name a file" });
    }
    this.size = stat.size;
  }

  bytes(from: number, length: number): Buffer<ArrayBuffer> {
    if (!(from >= 0 && from + length <= this.size))
      throw new HeaderError(`it is cut off: ${length} bytes at ${from} are missing of its ${this.size}`);
    const bytes = readBytes(this.#file, from, length, () => new HeaderError("it became shorter while it was read"));
    return Buffer.from(bytes.buffer);
  }

  /** May be said again. */
  close(): void {
    if (this.#isOpen) closeSync(this.#file);
    this.#isOpen = false;
  }
}

function opened(path: string): number {
  try {
    return openSync(path, "r");
  } catch (problem) {
    const denied = isDenied(problem);
    throw new HeaderError(denied ? "there is no permission to read it" : "there is no such file");
  }
}
