import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { jsonReader } from "../json/read-json.ts";
import { listOf, record, text } from "../json/schema.ts";
import { levelsOf } from "../run/levels.ts";
import { neededBy } from "../run/plan-part.ts";
import type { Run } from "../run/run-plan.ts";
import { isWhole, type Outcome } from "../run/train-plan.ts";
import { isFarEnough, type Work, wholeWork } from "../run/work.ts";
import { StageError } from "../train/stage-error.ts";
import { type ArrayJob, arrayScript, jobsLeft, submitScript } from "./slurm.ts";
import { stageWord } from "./stage-word.ts";

export interface SlurmOptions {
  /** A word of the job's names. */
  readonly name: string;
  /** The folder that the spec's paths are below. */
  readonly folder: string;
  /** Trains the stage that the last word names (see `stageWord`). */
  readonly command: readonly string[];
  readonly atOnce: number | undefined;
  readonly options: readonly string[];
}

interface SubmittedLevel {
  readonly job: string;
  /** Hashes, in the order of the tasks. */
  readonly stages: readonly string[];
}

const parse = jsonReader<readonly SubmittedLevel[]>(listOf(record({ job: text, stages: listOf(text) })));

/** Where a run keeps what was submitted, below its folder. */
const place = "slurm";

/**
 * Hands in what is not trained yet of a plan: an array job for each level, which begins when the one before is over. Where an earlier call
 * has handed in jobs that still are, these. Gives the numbers of the jobs; none if everything is trained.
 */
export async function submitPlan(
  run: Run,
  options: SlurmOptions,
  work: Work = wholeWork(run.plan.stages),
): Promise<readonly string[]> {
  const before = submittedIn(run);
  const left = await jobsLeft(before.map(({ job }) => job));
  if (left.size > 0) return before.map(({ job }) => job);
  const unfinished: StagePlan[] = [];
  // Data are opened here, and drawn if they are to be, before any job reads them.
  for (const stage of work.stages) {
    await run.identityOf(stage);
    if (await isWhole(run, stage, work.limits.get(stage.hash))) run.options.watch.stageCached(stage);
    else unfinished.push(stage);
  }
  const { folder } = run.options;
  const submitted: SubmittedLevel[] = [];
  for (const [level, stages] of levelsOf(unfinished).entries()) {
    const lines = `${place}/level-${level}.txt`;
    const script = `${place}/level-${level}.sh`;
    const hashes = stages.map(({ hash }) => hash);
    const job: ArrayJob = {
      ...options,
      name: `${options.name}-${level}`,
      log: resolve(folder.path, place, `level-${level}-%a.log`),
      lines: resolve(folder.path, lines),
      tasks: hashes.length,
    };
    const words = stages.map((stage) => stageWord(stage, work.limits.get(stage.hash)));
    folder.writeText(lines, `${words.join("\n")}\n`);
    folder.writeText(script, arrayScript(job));
    const id = await submitScript(job, resolve(folder.path, script), submitted.at(-1)?.job);
    submitted.push({ job: id, stages: hashes });
    folder.writeText(`${place}/jobs.json`, `${JSON.stringify(submitted, null, 1)}\n`);
  }
  return submitted.map(({ job }) => job);
}

function submittedIn(run: Run): readonly SubmittedLevel[] {
  const path = join(run.options.folder.path, place, "jobs.json");
  return existsSync(path) ? parse(readFileSync(path, "utf8"), path) : [];
}

/** Milliseconds between two looks at the queue. */
const patience = 2000;

/**
 * Waits until no job is left, and tells of stages as they are finished. What is then not finished has failed, or needs what has. A signal
 * ends the waiting and leaves the jobs.
 */
export async function collectPlan(
  run: Run,
  jobs: readonly string[],
  work: Work = wholeWork(run.plan.stages),
): Promise<Outcome> {
  const { watch, signal, folder } = run.options;
  const waiting = new Map<string, StagePlan>();
  const isDone = (stage: StagePlan) => isFarEnough(run, stage, work.limits.get(stage.hash));
  for (const stage of work.stages) if (!(await isDone(stage))) waiting.set(stage.hash, stage);
  const trained = new Set<string>();
  const look = async () => {
    for (const [hash, stage] of waiting) {
      if (!(await isDone(stage))) continue;
      waiting.delete(hash);
      if (await run.isFinished(stage)) trained.add(hash);
      watch.stageStarts(stage, work.stages.length - waiting.size, work.stages.length);
      watch.stageEnds(stage);
    }
  };
  for (;;) {
    await look();
    if ((await jobsLeft(jobs)).size === 0) break;
    if (signal.aborted) return { trained, interrupted: true, failed: [], left: [] };
    await setTimeout(patience, undefined, { signal }).catch(() => undefined);
  }
  await look();
  const submitted = submittedIn(run);
  const failed: { readonly stage: StagePlan; readonly problem: Error }[] = [];
  const left: { readonly stage: StagePlan; readonly needs: StagePlan }[] = [];
  for (const stage of waiting.values()) {
    const missing = neededBy(stage).find((hash) => waiting.has(hash));
    if (missing !== undefined) {
      left.push({ stage, needs: run.stageOf(missing) });
      continue;
    }
    const level = submitted.findIndex(({ stages }) => stages.includes(stage.hash));
    const reason =
      level < 0
        ? "it is not among the stages whose jobs were waited for; the same command hands it in now"
        : `its job ended before it was trained${lastLine(join(folder.path, place, `level-${level}-${submitted[level]?.stages.indexOf(stage.hash)}.log`))}`;
    failed.push({ stage, problem: new StageError(stage.label, reason) });
  }
  return { trained, interrupted: false, failed, left };
}

function lastLine(log: string): string {
  const line = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").at(-1) : undefined;
  return line === undefined || line === "" ? `; there is no log ${log}` : `; the end of ${log}: ${line}`;
}
