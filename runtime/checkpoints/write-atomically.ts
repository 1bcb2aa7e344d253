import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Replaces a file whole or not at all: the bytes go to a file beside it, reach the disk, and take its name. Whatever happens on the
 * way, a full disk or a kill, the file that was there stays. Not `synced`, it does not wait for the disk, and a loss of power can take the
 * new file: for what is made again from other files.
 */
export function writeAtomically(path: string, pieces: Iterable<Uint8Array>, { synced = true } = {}): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true });
  const temporary = `${path}.${process.pid}.part`;
  try {
    const file = openSync(temporary, "w");
    try {
      for (const piece of pieces) {
        for (let done = 0; done < piece.length; ) done += writeSync(file, piece, done, piece.length - done);
      }
      if (synced) fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (problem) {
    rmSync(temporary, { force: true });
    // A write's failure does not say which file it was.
    if (problem instanceof Error && !("path" in problem)) Object.assign(problem, { path });
    throw problem;
  }
  if (!synced) return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
