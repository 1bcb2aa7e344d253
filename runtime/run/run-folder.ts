import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join, relative, sep } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { writeAtomically } from "../checkpoints/write-atomically.ts";

/** A run's folder: its stages below `stages/`, the report and the manifest beside. */
export class RunFolder {
  readonly path: string;
  readonly #stages = new Map<string, string>();

  constructor(path: string) {
    this.path = path;
    mkdirSync(path, { recursive: true });
  }

  /**
   * A stage's own folder: what makes it, and enough of its identity to be unique. An equal stage that was made by another text has its
   * folder already (language rule 82).
   */
  stage({ call, hash }: StagePlan): string {
    const known = this.#stages.get(hash);
    if (known !== undefined) return known;
    const stages = join(this.path, "stages");
    const end = `-${hash.slice(0, 8)}`;
    const words = call.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "");
    const there = existsSync(stages) ? readdirSync(stages).find((name) => name.endsWith(end)) : undefined;
    const folder = join(stages, there ?? `${words.slice(0, 60)}${end}`);
    this.#stages.set(hash, folder);
    return folder;
  }

  /** A path of this folder, from it, with `/` on every system. */
  below(path: string): string {
    return relative(this.path, path).split(sep).join("/");
  }

  writeText(name: string, text: string): void {
    writeAtomically(join(this.path, name), [new TextEncoder().encode(text)]);
  }

  /**
   * Two trainings in one folder would overwrite one another. Gives back what ends the hold; throws a RunBusy if another process holds it.
   * The hold of a process of this machine that is gone is over.
   */
  lock(): () => void {
    const path = join(this.path, "lock");
    const own = `${path}.${process.pid}`;
    // It appears with its content, or not at all.
    writeFileSync(own, `${process.pid} ${hostname()}`);
    try {
      while (!linked(own, path)) {
        const text = textOf(path);
        const holder = holderIn(text);
        if (holder !== undefined) throw new RunBusy(this.path, holder);
        if (text !== undefined) putAside(path, text);
      }
    } finally {
      rmSync(own, { force: true });
    }
    this.#removeParts();
    return () => rmSync(path, { force: true });
  }

  /** The same, once the process that holds it is done; `waits` is told its name first. */
  async lockWhenFree(waits: (holder: string) => void): Promise<() => void> {
    for (let told = false; ; told = true) {
      try {
        return this.lock();
      } catch (problem) {
        if (!(problem instanceof RunBusy)) throw problem;
        if (!told) waits(problem.holder);
      }
      await setTimeout(patience);
    }
  }

  /** What killed processes were writing. */
  #removeParts(): void {
    const stages = join(this.path, "stages");
    if (!existsSync(stages)) return;
    for (const name of readdirSync(stages, { recursive: true, encoding: "utf8" }))
      if (/\.\d+\.part$/.test(name)) rmSync(join(stages, name), { force: true });
  }
}

/** Milliseconds between two looks at a folder that another process holds. */
const patience = 500;

function linked(own: string, path: string): boolean {
  try {
    linkSync(own, path);
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
function holderIn(text: string | undefined): string | undefined {
  const [, pid = "", host = ""] = /^(\d+) (\S+)$/.exec(text ?? "") ?? [];
  if (pid === "") return undefined;
  if (host !== hostname()) return `process ${pid} of ${host}`;
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
