import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
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

  /** Two trainings in one folder would overwrite one another. Gives back what ends the hold; throws if another process holds it. */
  lock(): () => void {
    const path = join(this.path, "lock");
    if (existsSync(path)) {
      const holder = Number.parseInt(readFileSync(path, "utf8"), 10);
      if (Number.isInteger(holder) && holder !== process.pid && isAlive(holder)) {
        throw new RunBusy(`${this.path} is in use by process ${holder}`);
      }
    }
    writeFileSync(path, String(process.pid));
    return () => rmSync(path, { force: true });
  }
}

export class RunBusy extends Error {
  constructor(message: string) {
    super(message);
    this.name = "RunBusy";
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
