import type { FileFormat } from "../../compiler/check/file-header.ts";
import { type FileWindow, HeaderError } from "./file-window.ts";

export interface Kind {
  readonly what: string;
  readonly is?: FileFormat;
  readonly repair?: string;
}

const page: Kind = { what: "a web page", repair: "fetch the file itself, not the page about it" };
const pickle: Kind = { what: "a Python pickle" };

/** What files are that people name by mistake, by their first bytes in lower case. */
const kinds: readonly (readonly [start: string, kind: Kind])[] = [
  ["\x93numpy", { what: "an array of NumPy", is: "npy" }],
  ["pk\x03\x04", { what: "a zip archive, such as arrays of NumPy or weights of PyTorch", is: "npz" }],
  ["\x89hdf\r\n\x1a\n", { what: "HDF5", is: "hdf5" }],
  ["version https://git-lfs", { what: "a pointer of Git LFS", repair: "`git lfs pull` fetches the file itself" }],
  ["<!doctype html", page],
  ["<html", page],
  ["\x80\x02", pickle],
  ["\x80\x03", pickle],
  ["\x80\x04", pickle],
  ["\x80\x05", pickle],
];

/** What a file is by its first bytes, if that is known. */
export function kindOf(file: Pick<FileWindow, "size" | "bytes">): Kind | undefined {
  const start = file
    .bytes(0, Math.min(32, file.size))
    .toString("latin1")
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return kinds.find(([each]) => start.startsWith(each))?.[1];
}

/** Refuses a file that does not begin as it should, and says what it is if that is known. */
export function refuseStart(file: Pick<FileWindow, "size" | "bytes">, wanted: string): never {
  if (file.size === 0) throw new HeaderError("it is empty");
  const kind = kindOf(file);
  throw new HeaderError(`it is not ${wanted}${kind === undefined ? "" : `, but ${kind.what}`}`, kind);
}
