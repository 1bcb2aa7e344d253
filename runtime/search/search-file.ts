import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { noResults, type Results, type TrialResult } from "../../compiler/lower/results.ts";
import { jsonReader } from "../json/read-json.ts";
import { integer, listOf, mapOf, number, perhaps, record, text } from "../json/schema.ts";
import type { RunFolder } from "../run/run-folder.ts";

/** What a run has found out about its searches and choices. */
export interface Found {
  readonly results: Results;
  /** Seconds that each search with a time has taken, by the sweep's name. */
  readonly spent: ReadonlyMap<string, number>;
}

const nothing: Found = { results: noResults, spent: new Map() };

interface Stored {
  readonly trials: Readonly<Record<string, readonly TrialResult[]>>;
  readonly over: readonly string[];
  readonly choices: Readonly<Record<string, number>>;
  readonly spent: Readonly<Record<string, number>>;
}

const parse = jsonReader<Stored>(
  record({
    trials: mapOf(listOf(record({ point: text, value: perhaps, ended: { ...integer, nullable: true } }))),
    over: listOf(text),
    choices: mapOf(integer),
    spent: mapOf(number),
  }),
);

export const searchFile = "search.json";

export function writeFound(folder: RunFolder, { results, spent }: Found): void {
  const stored: Stored = {
    trials: Object.fromEntries(results.trials),
    over: [...results.over],
    choices: Object.fromEntries(results.choices),
    spent: Object.fromEntries(spent),
  };
  folder.writeText(searchFile, `${JSON.stringify(stored, null, 1)}\n`);
}

/** What the folder of a run says; nothing where it has no search. Throws a JsonError if the file is none of ours. */
export function readFound(folder: string): Found {
  const path = join(folder, searchFile);
  if (!existsSync(path)) return nothing;
  const { trials, over, choices, spent } = parse(readFileSync(path, "utf8"), path);
  return {
    results: {
      trials: new Map(Object.entries(trials)),
      over: new Set(over),
      choices: new Map(Object.entries(choices)),
    },
    spent: new Map(Object.entries(spent)),
  };
}
