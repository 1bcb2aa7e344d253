import { existsSync } from "node:fs";
import type { SchemaObject } from "ajv";
import type { Header } from "../checkpoints/safetensors.ts";
import { AlteredFile, headerOf, readSealed, writeSealed } from "../checkpoints/sealed.ts";
import type { Tensor, Tensors, TrainerState } from "../engines/engine.ts";
import { JsonError, jsonReader } from "../json/read-json.ts";
import { integer, listOf, mapOf, number, perhaps, record, text, truth } from "../json/schema.ts";

/** How far a training is. */
export interface Progress {
  /** Decides whether a checkpoint belongs to this stage. */
  readonly identity: string;
  /** Steps done. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /**
   * Of each checkpoint, by name or "" of the only one: the best value of what `keep` looks at, and the step it was met; null where there is
   * none, and then the latest are kept.
   */
  readonly best: Readonly<Record<string, KeptStep>>;
  /** Sums of losses since the epoch began, by term. */
  readonly sums: Readonly<Record<string, number>>;
  /** What the balancers of the loss remember. */
  readonly balance: Readonly<Record<string, readonly number[]>>;
  readonly finished: boolean;
  /** After which steps what is kept got better, where a schedule follows scores. */
  readonly better?: readonly number[];
}

export interface KeptStep {
  readonly value: number | null;
  readonly step: number;
}

const groups = ["weights", "slots", "states", "ema"] as const;

/** Writes everything a training remembers, as one file that appears whole or not at all. */
export function writeCheckpoint(path: string, state: TrainerState, progress: Progress): void {
  const tensors = new Map<string, Tensor>();
  for (const group of groups) for (const [name, tensor] of state[group] ?? []) tensors.set(`${group}/${name}`, tensor);
  writeSealed(path, tensors, { progress: JSON.stringify(progress) });
}

/** All that the checkpoint at a path remembers. Throws an AlteredFile if it is not as it was written. */
export function readCheckpoint(path: string): TrainerState {
  const { tensors } = readSealed(path);
  const group = (name: (typeof groups)[number]): Tensors =>
    new Map(
      [...tensors].flatMap(([key, tensor]) =>
        key.startsWith(`${name}/`) ? [[key.slice(name.length + 1), tensor] as const] : [],
      ),
    );
  const ema = group("ema");
  return {
    weights: group("weights"),
    slots: group("slots"),
    states: group("states"),
    ema: ema.size === 0 ? undefined : ema,
  };
}

const always = record({
  identity: text,
  step: integer,
  stepsPerEpoch: integer,
  best: mapOf(record({ value: perhaps, step: integer })),
  sums: mapOf(number),
  balance: mapOf(listOf(number)),
  finished: truth,
});

const progressSchema: SchemaObject = {
  ...always,
  properties: { ...always.properties, better: listOf(integer) },
};

const parse = jsonReader<Progress>(progressSchema);

/** How far the training of a checkpoint is; undefined if there is no checkpoint. Throws an AlteredFile if its header is none. */
export function readProgress(path: string): Progress | undefined {
  return existsSync(path) ? progressIn(headerOf(path), path) : undefined;
}

function progressIn({ metadata }: Header, path: string): Progress {
  try {
    return parse(metadata["progress"] ?? "", "its progress");
  } catch (problem) {
    if (!(problem instanceof JsonError)) throw problem;
    throw new AlteredFile(path, problem.message, { cause: problem });
  }
}
