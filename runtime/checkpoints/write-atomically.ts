import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

/**
 * Replaces a file whole or not at all: the bytes go to a file beside it, reach the disk, and take its name. Whatever happens on the
 * way, a full disk or a kill, the file that was there stays. Not `synced`, it does not wait for the disk, and a loss of power can take the
 * new file: for what is made again from other files. What a link points to is replaced, not the link; a device or a pipe is written to.
 */
export function writeAtomically(named: string, pieces: Iterable<Uint8Array>, { synced = true } = {}): void {
  mkdirSync(dirname(named), { recursive: true });
  const there = statSync(named, { throwIfNoEntry: false });
  const path = there === undefined ? named : realpathSync(named);
  const isFile = there === undefined || there.isFile() || there.isDirectory();
  const temporary = isFile ? `${path}.${process.pid}.part` : path;
  try {
    if (there?.isDirectory() === true) throw Object.assign(new Error(`${path} is a folder`), { code: "EISDIR" });
    const file = openSync(temporary, "w");
    try {
      for (const piece of pieces) {
        for (let done = 0; done < piece.length; ) done += writeSync(file, piece, done, piece.length - done);
      }
      if (synced && isFile) fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (isFile) renameSync(temporary, path);
  } catch (problem) {
    if (isFile) rmSync(temporary, { force: true });
    // A write's failure does not say which file it was, or names the one beside it.
    if (problem instanceof Error) Object.assign(problem, { path: named });
    throw problem;
  }
  if (!synced || !isFile) return;
  const handle = openSync(dirname(path), "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
