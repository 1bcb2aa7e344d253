import { existsSync, readdirSync, rmSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { writeAtomically } from "../checkpoints/write-atomically.ts";
import { holdFolder, whenFree } from "./hold.ts";

/** A run's folder: its stages below `stages/`, the report and the manifest beside. */
export class RunFolder {
  readonly path: string;
  readonly #stages = new Map<string, string>();

  constructor(path: string) {
    this.path = path;
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

  /** Holds the whole run: see `holdFolder`. */
  lock(): () => void {
    return holdFolder(this.path);
  }

  /** Holds a stage, whose training would be another's too, and removes what killed processes were writing in its folder. */
  lockStage(plan: StagePlan): () => void {
    const folder = this.stage(plan);
    const release = holdFolder(folder);
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }))
      if (/\.\d+\.part$/.test(name)) rmSync(join(folder, name), { force: true });
    return release;
  }

  /** The same, once the process that holds it is done; `waits` is told its name first. */
  lockWhenFree(waits: (holder: string) => void): Promise<() => void> {
    return whenFree(() => this.lock(), waits);
  }
}
