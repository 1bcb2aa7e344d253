import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SchemaObject } from "ajv";
import { jsonReader } from "../json/read-json.ts";
import { digest, integer, listOf, mapOf, oneOf, record, text, truth } from "../json/schema.ts";

/** What a run was made of: enough to say whether two runs should give the same numbers. */
export interface Manifest {
  readonly format: 1;
  readonly abaw: string;
  readonly engine: string;
  readonly node: string;
  readonly platform: string;
  readonly spec: {
    readonly name: string;
    /** Of every file of the spec, 64 hex digits. */
    readonly files: Readonly<Record<string, string>>;
    /** Empty without one. */
    readonly profile: string;
    readonly set: readonly string[];
  };
  readonly data: readonly ManifestData[];
  readonly stages: readonly ManifestStage[];
  /** Stages that the folder has of other parts of the spec, or of what it was before. */
  readonly others: readonly ManifestStage[];
  readonly sweeps: readonly ManifestSweep[];
}

/** How much of a sweep is shared among its variants. */
export interface ManifestSweep {
  readonly name: string;
  readonly variants: number;
  /** Trainings if every variant had its own. */
  readonly alone: number;
  /** Trainings that are left. */
  readonly shared: number;
}

export interface ManifestData {
  readonly name: string;
  readonly root: string;
  /** 64 hex digits over the annotations' content. */
  readonly identity: string;
  /** Drawn faces: their numbers say nothing about real ones. */
  readonly synthetic: boolean;
  readonly rows: Readonly<Record<string, number>>;
  readonly duplicates: number;
  readonly skipped: number;
}

export interface ManifestStage {
  readonly label: string;
  readonly hash: string;
  /** Below the run's folder. */
  readonly folder: string;
  readonly seed: number;
  readonly steps: number;
  /** The step whose weights are kept. */
  readonly kept: number;
  /** How often it was trained to its end in this folder. */
  readonly trained: number;
}

const stage: SchemaObject = record({
  label: text,
  hash: digest,
  folder: text,
  seed: integer,
  steps: integer,
  kept: integer,
  trained: integer,
});

export const manifestSchema: SchemaObject = record({
  format: oneOf(1),
  abaw: text,
  engine: text,
  node: text,
  platform: text,
  spec: record({ name: text, files: mapOf(digest), profile: text, set: listOf(text) }),
  data: listOf(
    record({
      name: text,
      root: text,
      identity: digest,
      synthetic: truth,
      rows: mapOf(integer),
      duplicates: integer,
      skipped: integer,
    }),
  ),
  stages: listOf(stage),
  others: listOf(stage),
  sweeps: listOf(record({ name: text, variants: integer, alone: integer, shared: integer })),
});

export const manifestName = "manifest.json";

const parse = jsonReader<Manifest>(manifestSchema);

/** The manifest of a run's folder. Throws a JsonError or the file system's error. */
export function readManifest(folder: string): Manifest {
  const path = join(folder, manifestName);
  return parse(readFileSync(path, "utf8"), path);
}
