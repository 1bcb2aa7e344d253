import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { writeAtomically } from "../checkpoints/write-atomically.ts";

/** A run's folder: its stages below `stages/`, the report and the manifest beside. */
export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
    mkdirSync(path, { recursive: true });
  }

  /** A stage's own folder: what makes it, and enough of its identity to be unique; the same whatever it is bound to. */
  stage(plan: StagePlan): string {
    const words = plan.call.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "");
    return join(this.path, "stages", `${words.slice(0, 60)}-${plan.hash.slice(0, 8)}`);
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
