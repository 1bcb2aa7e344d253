import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SchemaObject } from "ajv";
import { writeAtomically } from "../checkpoints/write-atomically.ts";
import { JsonError, jsonReader } from "../json/read-json.ts";
import { integer, mapOf, number, oneOf, perhaps, record } from "../json/schema.ts";
import { appendEvents, eventFileName, eventFileStart, type ScalarEvent } from "../report/event-file.ts";

export interface EpochRecord {
  readonly kind: "epoch";
  /** From 1. */
  readonly epoch: number;
  /** Steps done. */
  readonly step: number;
  /** Mean over the steps since the last record, by term; `loss` is the whole. */
  readonly losses: Readonly<Record<string, number>>;
  /** On the validation part, by task; null where no row has a label. */
  readonly scores: Readonly<Record<string, number | null>>;
  /** What `keep` looks at, if the stage was judged. */
  readonly kept: number | null;
  /** Learning rate of the first group in the last step. */
  readonly rate: number;
  /** Of a stage with a balance, means over the same steps: each balanced term's factor. */
  readonly factors?: Readonly<Record<string, number>>;
  /** And cosines between the gradients of two terms, by `<term>/<term>`, where they are looked at. */
  readonly cosines?: Readonly<Record<string, number>>;
}

const always = record({
  kind: oneOf("epoch"),
  epoch: integer,
  step: integer,
  losses: mapOf(number),
  scores: mapOf(perhaps),
  kept: perhaps,
  rate: number,
});

export const epochRecordSchema: SchemaObject = {
  ...always,
  properties: { ...always.properties, factors: mapOf(number), cosines: mapOf(number) },
};

const parse = jsonReader<EpochRecord>(epochRecordSchema);

/** A stage's numbers as JSON lines, one for each judgement, and beside it the same for TensorBoard. */
export class MetricsLog {
  readonly #path: string;
  readonly #events: string;

  constructor(path: string) {
    this.#path = path;
    this.#events = join(dirname(path), eventFileName);
    mkdirSync(dirname(path), { recursive: true });
  }

  /** Forgets what was written after a step, so that a resumed training writes what the uninterrupted one would. */
  cut(step: number): void {
    const kept = readMetrics(this.#path).filter((record) => record.step <= step);
    writeAtomically(this.#path, [
      new TextEncoder().encode(kept.map((record) => `${JSON.stringify(record)}\n`).join("")),
    ]);
    writeAtomically(this.#events, [eventFileStart(now())]);
    for (const record of kept) appendEvents(this.#events, eventsOf(record), now());
  }

  add(record: EpochRecord): void {
    appendFileSync(this.#path, `${JSON.stringify(record)}\n`);
    appendEvents(this.#events, eventsOf(record), now());
  }
}

/** TensorBoard's clock, in seconds. */
function now(): number {
  return Date.now() / 1000;
}

function eventsOf({ step, losses, scores, rate, factors = {}, cosines = {} }: EpochRecord): readonly ScalarEvent[] {
  const scored = Object.entries(scores).flatMap(([task, value]) =>
    value === null ? [] : [{ tag: `score/${task}`, step, value }],
  );
  return [
    ...Object.entries(losses).map(([term, value]) => ({
      tag: term === "loss" ? "loss/total" : `loss/${term}`,
      step,
      value,
    })),
    ...scored,
    { tag: "rate", step, value: rate },
    ...Object.entries(factors).map(([term, value]) => ({ tag: `factor/${term}`, step, value })),
    ...Object.entries(cosines).map(([pair, value]) => ({ tag: `cosine/${pair}`, step, value })),
  ];
}

/** The records of a log; a last line that a kill cut short is none. */
export function readMetrics(path: string): readonly EpochRecord[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.flatMap((line, i) => {
    if (line === "") return [];
    try {
      return [parse(line, `${path}:${i + 1}`)];
    } catch (problem) {
      if (problem instanceof JsonError && i === lines.length - 1) return [];
      throw problem;
    }
  });
}
