import { constants, copyFileSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";

/**
 * Two processes in one folder would overwrite one another's files. Holds the folder by a file `lock` and gives back what ends the hold;
 * throws a RunBusy if another process holds it. The hold of a process of this machine that is gone is over; of another machine's
 * processes nothing is known.
 */
export function holdFolder(folder: string): () => void {
  return hold(join(folder, "lock"), folder);
}

/** Holds a file that is to be made, against the other processes of this machine: each machine makes it at most once at a time. */
export function holdFile(file: string): () => void {
  return hold(`${file}.${hostname()}.lock`, file);
}

/** Takes a hold once the process that has it is done; `waits` is told its name first. */
export async function whenFree(take: () => () => void, waits: (holder: string) => void): Promise<() => void> {
  for (let told = false; ; told = true) {
    try {
      return take();
    } catch (problem) {
      if (!(problem instanceof RunBusy)) throw problem;
      if (!told) waits(problem.holder);
    }
    await setTimeout(patience);
  }
}

/** Milliseconds between two looks at what another process holds. */
const patience = 500;

function hold(path: string, what: string): () => void {
  mkdirSync(dirname(path), { recursive: true });
  const own = `${path}.${process.pid}`;
  // It appears with its content, or not at all.
  writeFileSync(own, `${process.pid} ${hostname()}`);
  try {
    while (!linked(own, path)) {
      const text = textOf(path);
      const holder = holderIn(text, path);
      if (holder !== undefined) throw new RunBusy(what, holder);
      if (text !== undefined) putAside(path, text);
    }
  } finally {
    rmSync(own, { force: true });
  }
  held.add(path);
  return () => {
    held.delete(path);
    rmSync(path, { force: true });
  };
}

/** Locks of this process. One with its number that is not among them is of an earlier process, as in a container that began again. */
const held = new Set<string>();

function linked(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (problem) {
    const code = problem instanceof Error && "code" in problem ? problem.code : undefined;
    if (code === "EEXIST") return false;
    // Some file systems have no links: there it appears empty for a moment, which counts as nobody's.
    if (code === "EPERM" || code === "ENOTSUP" || code === "ENOSYS") return copied(own, path);
    throw problem;
  }
}

function copied(own: string, path: string): boolean {
  try {
    copyFileSync(own, path, constants.COPYFILE_EXCL);
    return true;
  } catch (problem) {
    if (problem instanceof Error && "code" in problem && problem.code === "EEXIST") return false;
    throw problem;
  }
}

/** Removes the lock of a process that is gone, but not one that another process has put there meanwhile. */
function putAside(path: string, text: string): void {
  const aside = `${path}.${process.pid}.old`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (textOf(aside) !== text) linked(aside, path);
  rmSync(aside, { force: true });
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Who holds a lock with this text, in words; undefined if nobody does any more. */
function holderIn(text: string | undefined, path: string): string | undefined {
  const [, pid = "", host = ""] = /^(\d+) (\S+)$/.exec(text ?? "") ?? [];
  if (pid === "") return undefined;
  if (host !== hostname()) return `process ${pid} of ${host}`;
  if (Number(pid) === process.pid && !held.has(path)) return undefined;
  return isAlive(Number(pid)) ? `process ${pid}` : undefined;
}

/** Another process works in a run's folder. */
export class RunBusy extends Error {
  readonly holder: string;

  constructor(folder: string, holder: string) {
    super(`${folder} is in use by ${holder}; --wait waits for it, and --out names another folder`);
    this.name = "RunBusy";
    this.holder = holder;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (problem) {
    return problem instanceof Error && "code" in problem && problem.code === "EPERM";
  }
}
