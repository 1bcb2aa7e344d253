import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ScalarMeaning } from "../../compiler/library/task.ts";
import { readsOf, sourceStages, stagesOf, stepsOf, weightCount } from "../../compiler/lower/describe-plan.ts";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { toJson } from "../../compiler/lower/stage-plan.ts";
import type { Fitted } from "../assemble/cross-fit.ts";
import { overallScore } from "../evaluate/overall.ts";
import { jsonReader } from "../json/read-json.ts";
import { integer, listOf, number, oneOf, perhaps, record, text } from "../json/schema.ts";
import type { Result } from "../run/results.ts";
import type { Run } from "../run/run-plan.ts";
import { readFound } from "../search/search-file.ts";
import { type EpochRecord, epochRecordSchema, readMetrics } from "../train/metrics-log.ts";
import { stageFiles } from "../train/stage-files.ts";
import type { StagePictures } from "./pictures.ts";
import { type SweepTable, sweepTable, sweepTableSchema } from "./sweep-table.ts";
import { type Transfer, transferSchema, transfersOf } from "./transfer.ts";

/** Everything that a run's page shows, as data. */
export interface Report {
  readonly format: 1;
  readonly spec: string;
  /** Names of data that are drawn. */
  readonly synthetic: readonly string[];
  readonly results: readonly ReportResult[];
  /** The challenge's measure P of assemblies with all four tasks. */
  readonly overall: readonly { readonly of: string; readonly value: number; readonly trivial: number }[];
  readonly stages: readonly ReportStage[];
  readonly assemblies: readonly ReportAssembly[];
  readonly sweeps: readonly SweepTable[];
  /** What tasks gained or lost by others beside them. */
  readonly transfers: readonly Transfer[];
}

/** A task's result on the validation part, of an assembly or a stage. */
export interface ReportResult {
  readonly of: string;
  readonly task: string;
  readonly kind: "units" | "classes" | "scalar";
  readonly metric: string;
  readonly names: readonly string[];
  readonly score: number | null;
  /** Of the majority or the mean of the training part. */
  readonly trivial: number | null;
  readonly judged: number;
  readonly each: readonly number[];
  readonly confusion: readonly (readonly number[])[];
  /** Least and greatest value of a scalar, as its task or else its numbers have them; empty for others. */
  readonly range: readonly number[];
  /** Pairs label, prediction: an even selection. */
  readonly scatter: readonly (readonly [number, number])[];
  /** Numbers that were fitted, and where; the score is of rows that had no part in those that they are judged by. */
  readonly fitted: readonly Fitted[];
  /** The score with numbers that were fitted on the judged rows themselves, which is too good; null where none were. */
  readonly optimistic: number | null;
}

export interface ReportStage {
  readonly label: string;
  readonly folder: string;
  readonly tasks: readonly string[];
  readonly parameters: number;
  readonly trained: number;
  /** Features read from other stages, and stages that weights start from. */
  readonly reads: readonly { readonly stage: string; readonly tensor: string }[];
  readonly starts: readonly string[];
  readonly epochs: readonly EpochRecord[];
  /** Absent where it shows none. */
  readonly pictures?: StagePictures;
}

export interface ReportAssembly {
  readonly name: string;
  readonly members: readonly {
    readonly task: string;
    readonly stages: readonly string[];
    readonly steps: readonly string[];
  }[];
}

const scatterLimit = 1500;

export const metricNames = { units: "mean F1", classes: "macro F1", scalar: "CCC" } as const;

/** Collects what a finished run's page shows. */
export function reportOf(
  run: Run,
  spec: string,
  results: readonly Result[],
  synthetic: readonly string[],
  pictures: ReadonlyMap<StagePlan, StagePictures>,
): Report {
  const labelOf = (hash: string) => run.stageOf(hash).label;
  const { trials } = readFound(run.options.folder.path).results;
  return {
    format: 1,
    spec,
    synthetic,
    results: results.map((result) => resultOf(result)),
    overall: overallOf(results),
    stages: run.plan.stages.map((plan) => stageOf(run, plan, pictures.get(plan))),
    assemblies: run.plan.assemblies.map(({ name, members }) => ({
      name,
      members: members.map(({ task, stream }) => ({
        task: task.name,
        stages: stagesOf(stream).map(labelOf),
        steps: stepsOf(stream),
      })),
    })),
    transfers: transfersOf(run.plan.stages, results),
    sweeps: run.plan.sweeps.map((sweep) => sweepTable(sweep, results, labelOf, trials.get(sweep.name))),
  };
}

function overallOf(results: readonly Result[]): Report["overall"] {
  const names = [...new Set(results.map(({ of }) => of))];
  return names.flatMap((of) => {
    const own = results.filter((each) => each.of === of);
    const value = overallScore(own.map(({ task, score }) => ({ meaning: task.meaning, score: score.score })));
    const trivial = overallScore(own.map((each) => ({ meaning: each.task.meaning, score: each.trivial.score })));
    return value === undefined || trivial === undefined ? [] : [{ of, value, trivial }];
  });
}

function resultOf({ of, task, score, trivial, fitted, optimistic, predictions, labels }: Result): ReportResult {
  const { meaning } = task;
  return {
    of,
    task: task.name,
    kind: meaning.kind,
    metric: metricNames[meaning.kind],
    names: meaning.kind === "scalar" ? [] : meaning.names,
    score: score.score ?? null,
    trivial: trivial.score ?? null,
    judged: score.judged,
    each: score.each,
    confusion: score.confusion ?? [],
    range: meaning.kind === "scalar" ? rangeOf(meaning, labels.values, predictions) : [],
    scatter: meaning.kind === "scalar" ? pairs(labels.values, predictions, labels.weight) : [],
    fitted,
    optimistic: optimistic?.score ?? null,
  };
}

function rangeOf({ min, max }: ScalarMeaning, labels: Float32Array, predictions: Float32Array): readonly number[] {
  if (Number.isFinite(min) && Number.isFinite(max)) return [min, max];
  let [low, high] = [Infinity, -Infinity];
  for (const values of [labels, predictions]) {
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return [low, high];
}

function pairs(labels: Float32Array, predictions: Float32Array, weight: Float32Array): readonly [number, number][] {
  const valid = Array.from(labels.keys()).filter((row) => (weight[row] ?? 0) > 0);
  const stride = Math.max(1, Math.ceil(valid.length / scatterLimit));
  const rounded = (value: number | undefined) => Number((value ?? 0).toFixed(4));
  return valid.filter((_, i) => i % stride === 0).map((row) => [rounded(labels[row]), rounded(predictions[row])]);
}

function stageOf(run: Run, plan: StagePlan, pictures: StagePictures | undefined): ReportStage {
  const folder = run.options.folder.stage(plan);
  return {
    label: plan.label,
    folder: run.options.folder.below(folder),
    tasks: plan.tasks.map(({ name }) => name),
    parameters: weightCount(plan.parameters),
    trained: weightCount(plan.parameters.filter(({ group }) => group !== undefined)),
    reads: readsOf(plan).map(({ stage, tensor }) => ({ stage: run.stageOf(stage).label, tensor })),
    starts: sourceStages(plan).map((hash) => run.stageOf(hash).label),
    epochs: readMetrics(join(folder, stageFiles.log)),
    ...(pictures === undefined ? {} : { pictures }),
  };
}

const stageAlways = record({
  label: text,
  folder: text,
  tasks: listOf(text),
  parameters: integer,
  trained: integer,
  reads: listOf(record({ stage: text, tensor: text })),
  starts: listOf(text),
  epochs: listOf(epochRecordSchema),
});

const picturesSchema = record({
  part: oneOf("train", "val", "test"),
  shown: listOf(record({ title: text, png: listOf(text) })),
});

const fittedSchema = record({
  what: oneOf("threshold", "bias", "moments", "weight"),
  numbers: listOf(number),
  on: oneOf("train", "val"),
  folds: integer,
});

export const reportSchema = record({
  format: oneOf(1),
  spec: text,
  synthetic: listOf(text),
  results: listOf(
    record({
      of: text,
      task: text,
      kind: oneOf("units", "classes", "scalar"),
      metric: text,
      names: listOf(text),
      score: perhaps,
      trivial: perhaps,
      judged: integer,
      each: listOf(number),
      confusion: listOf(listOf(number)),
      range: listOf(number),
      scatter: listOf({ type: "array", items: number, minItems: 2, maxItems: 2 }),
      fitted: listOf({ ...fittedSchema, properties: { ...fittedSchema.properties, of: text } }),
      optimistic: perhaps,
    }),
  ),
  overall: listOf(record({ of: text, value: number, trivial: number })),
  stages: listOf({ ...stageAlways, properties: { ...stageAlways.properties, pictures: picturesSchema } }),
  assemblies: listOf(
    record({ name: text, members: listOf(record({ task: text, stages: listOf(text), steps: listOf(text) })) }),
  ),
  sweeps: listOf(sweepTableSchema),
  transfers: listOf(transferSchema),
});

const parse = jsonReader<Report>(reportSchema);

export const reportFiles = { data: "report.json", page: "report.html" } as const;

export function readReport(folder: string): Report {
  const path = join(folder, reportFiles.data);
  return parse(readFileSync(path, "utf8"), path);
}

export function reportText(report: Report): string {
  return `${toJson(report, 1)}\n`;
}
