import { join } from "node:path";
import type { ChoicePlan, Duration, Metric, StagePlan, SweepPlan } from "../../compiler/lower/plan.ts";
import type { TaskScore } from "../evaluate/score-task.ts";
import { assemblyStages, pointStages } from "../run/plan-part.ts";
import { assemblyResults, stageResults } from "../run/results.ts";
import type { Run } from "../run/run-plan.ts";
import { metricValue } from "../train/metric-value.ts";
import { readMetrics } from "../train/metrics-log.ts";
import { calendarOf, pauseOf } from "../train/schedule-value.ts";
import { stageFiles } from "../train/stage-files.ts";

type Point = SweepPlan["points"][number];

/** A trial of a search: a point for each seed. */
export interface Trial {
  readonly number: number;
  readonly point: string;
  readonly points: readonly Point[];
}

/** The trials that a sweep has so far, in their order. */
export function trialsOf({ points }: SweepPlan): readonly Trial[] {
  const trials: { number: number; point: string; points: Point[] }[] = [];
  for (const point of points) {
    if (point.trial === undefined) continue;
    const { number, point: text } = point.trial;
    const last = trials.at(-1);
    if (last?.number === number) last.points.push(point);
    else trials.push({ number, point: text, points: [point] });
  }
  return trials;
}

/** The stages that a trial's points are, apart from what they need. */
export function endsOf(run: Run, { points }: Pick<Trial, "points">): readonly StagePlan[] {
  return [...new Set(points.flatMap((point) => pointStages(run.plan, point)))].map((hash) => run.stageOf(hash));
}

/** What a trial that was trained to its end has reached, the mean over its seeds; null where that is not known. */
export async function finalValue(run: Run, trial: Trial): Promise<number | null> {
  return meanOf(await Promise.all(trial.points.map((point) => pointValue(run, point))));
}

async function pointValue(run: Run, { of, trial }: Point): Promise<number | undefined> {
  if (trial === undefined) return undefined;
  if (of.kind === "stage") return stageValue(run, of, trial.aim);
  const assembly = run.plan.assemblies.find(({ name }) => name === of.name);
  if (assembly === undefined) return undefined;
  for (const hash of assemblyStages(assembly)) if (!(await run.isFinished(run.stageOf(hash)))) return undefined;
  return metricValue(trial.aim, scoresIn(await assemblyResults(run, assembly)));
}

/** A metric of a stage, or of one of its checkpoints, on its validation part; undefined where it is not trained to its end. */
export async function stageValue(
  run: Run,
  { hash, checkpoint }: ChoicePlan["stages"][number],
  metric: Metric,
): Promise<number | undefined> {
  const stage = run.stageOf(hash);
  if (!(await run.isFinished(stage))) return undefined;
  return metricValue(metric, scoresIn(await stageResults(run, stage, checkpoint)));
}

function scoresIn(
  results: readonly { readonly task: { readonly name: string }; readonly score: TaskScore }[],
): ReadonlyMap<string, TaskScore> {
  return new Map(results.map(({ task, score }) => [task.name, score]));
}

/** The best that a trial had reached when its stages were so far, the mean over its seeds; null where that is not known. */
export async function valueAtRung(run: Run, trial: Trial, limit: Duration): Promise<number | null> {
  const values: (number | undefined)[] = [];
  for (const { of, trial: own } of trial.points) {
    const stage = of.kind === "stage" ? run.stageOf(of.hash) : undefined;
    const progress = stage && (await run.progressOf(stage));
    if (stage === undefined || progress === undefined || own === undefined) return null;
    const pause = pauseOf(limit, stage, calendarOf(stage, progress.stepsPerEpoch));
    if (progress.step < pause && !progress.finished) return null;
    const records = readMetrics(join(run.options.folder.stage(stage), stageFiles.log));
    const reached = records.flatMap(({ step, scores }) => {
      const judged = new Map(
        Object.entries(scores).map(([task, score]) => [task, { score: score ?? undefined, accuracy: undefined }]),
      );
      const value = step <= pause ? metricValue(own.aim, judged) : undefined;
      return value === undefined || !Number.isFinite(value) ? [] : [value];
    });
    values.push(reached.length === 0 ? undefined : Math.max(...reached));
  }
  return meanOf(values);
}

function meanOf(values: readonly (number | undefined)[]): number | null {
  let sum = 0;
  for (const value of values) {
    if (value === undefined || !Number.isFinite(value)) return null;
    sum += value;
  }
  return values.length === 0 ? null : sum / values.length;
}

/** Epochs that the stages of some trials were trained. */
export async function epochsOf(run: Run, trials: readonly Trial[]): Promise<number> {
  let epochs = 0;
  for (const stage of new Set(trials.flatMap((trial) => endsOf(run, trial)))) {
    const progress = await run.progressOf(stage);
    if (progress !== undefined) epochs += progress.step / progress.stepsPerEpoch;
  }
  return epochs;
}
