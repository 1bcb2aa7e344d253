import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { writeAtomically } from "../checkpoints/write-atomically.ts";

export interface EpochRecord {
  readonly kind: "epoch";
  /** From 1. */
  readonly epoch: number;
  /** Steps done. */
  readonly step: number;
  /** Mean over the epoch's steps, by term; `loss` is the whole. */
  readonly losses: Readonly<Record<string, number>>;
  /** On the validation part, by task. */
  readonly scores: Readonly<Record<string, number | null>>;
  /** What `keep` looks at, if the stage was judged. */
  readonly kept: number | null;
  readonly rate: number;
}

/** A stage's numbers as JSON lines, one for each epoch. */
export class MetricsLog {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
  }

  /** Forgets what was written after a step, so that a resumed training writes what the uninterrupted one would. */
  cut(step: number): void {
    const kept = this.read().filter((record) => record.step <= step);
    writeAtomically(this.#path, [
      new TextEncoder().encode(kept.map((record) => `${JSON.stringify(record)}\n`).join("")),
    ]);
  }

  add(record: EpochRecord): void {
    appendFileSync(this.#path, `${JSON.stringify(record)}\n`);
  }

  read(): readonly EpochRecord[] {
    if (!existsSync(this.#path)) return [];
    return readFileSync(this.#path, "utf8")
      .split("\n")
      .flatMap((line) => recordOf(line) ?? []);
  }
}

/** A line that was cut short by a kill is no record. */
function recordOf(line: string): EpochRecord | undefined {
  if (line === "") return undefined;
  try {
    const record: EpochRecord = JSON.parse(line);
    return record.kind === "epoch" ? record : undefined;
  } catch {
    return undefined;
  }
}
