import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Duration, StagePlan } from "../../compiler/lower/plan.ts";
import { AlteredFile, checkSeal } from "../checkpoints/sealed.ts";
import { StageError } from "../train/stage-error.ts";
import { keptBy, keptFile, stageFiles } from "../train/stage-files.ts";
import { trainStage } from "../train/train-stage.ts";
import { neededBy } from "./plan-part.ts";
import type { Run } from "./run-plan.ts";
import { isFarEnough, type Work, wholeWork } from "./work.ts";

/** How a plan's stages came out. */
export interface Outcome {
  /** Hashes of the stages that were trained to their end here. */
  readonly trained: ReadonlySet<string>;
  /** Whether a signal stopped it. */
  readonly interrupted: boolean;
  /** What the operating system refused, such as room on the disk, which stopped it. */
  readonly stopped?: Error;
  readonly failed: readonly { readonly stage: StagePlan; readonly problem: Error }[];
  /** Stages that were not begun, since they need one that failed. */
  readonly left: readonly { readonly stage: StagePlan; readonly needs: StagePlan }[];
}

/**
 * Trains what is not finished, in the plan's order. A stage that fails stops only those that need it; a full disk and the like stop
 * everything. A file of a stage that is not as it was written is made again.
 */
export async function trainPlan(run: Run, work: Work = wholeWork(run.plan.stages)): Promise<Outcome> {
  const { watch } = run.options;
  const trained = new Set<string>();
  const failed: { readonly stage: StagePlan; readonly problem: Error }[] = [];
  const left: { readonly stage: StagePlan; readonly needs: StagePlan }[] = [];
  const lost = new Set<string>();
  let place = 0;
  for (const stage of work.stages) {
    place += 1;
    const limit = work.limits.get(stage.hash);
    if (work.isOver()) break;
    const missing = neededBy(stage).find((hash) => lost.has(hash));
    if (missing !== undefined) {
      lost.add(stage.hash);
      left.push({ stage, needs: run.stageOf(missing) });
      continue;
    }
    try {
      if (await isWhole(run, stage, limit)) {
        watch.stageCached(stage);
        continue;
      }
      watch.stageStarts(stage, place, work.stages.length);
      const interrupted = await trainOne(run, stage, limit);
      watch.stageEnds(stage);
      if (interrupted) return { trained, interrupted, failed, left };
      if (await run.isFinished(stage)) trained.add(stage.hash);
    } catch (problem) {
      watch.stageEnds(stage);
      if (!(problem instanceof Error)) throw problem;
      // What the system refuses it refuses to the next stage too.
      if (isOfSystem(problem)) return { trained, interrupted: false, stopped: problem, failed, left };
      watch.stageFails(stage, problem);
      lost.add(stage.hash);
      failed.push({ stage, problem });
    }
  }
  return { trained, interrupted: false, failed, left };
}

/** Whether a stage is trained far enough and its kept weights are as they were written; what is not so is told and removed. */
export async function isWhole(run: Run, stage: StagePlan, limit?: Duration): Promise<boolean> {
  const folder = run.options.folder.stage(stage);
  try {
    if (!(await isFarEnough(run, stage, limit))) return false;
    for (const name of keptBy(stage).keys()) checkSeal(join(folder, keptFile(name)));
    return true;
  } catch (problem) {
    if (!(problem instanceof AlteredFile)) throw problem;
    discard(run, stage, problem);
    return false;
  }
}

/** Trains a stage from where it is, or from its beginning if its checkpoint or what it kept so far is damaged. True if it was interrupted. */
async function trainOne(run: Run, stage: StagePlan, limit: Duration | undefined): Promise<boolean> {
  try {
    return await once(run, stage, limit);
  } catch (problem) {
    const folder = run.options.folder.stage(stage);
    const own = [stageFiles.last, ...[...keptBy(stage).keys()].map(keptFile)].map((file) => join(folder, file));
    if (!(problem instanceof AlteredFile) || !own.includes(problem.file)) throw problem;
    discard(run, stage, problem);
    return once(run, stage, limit);
  }
}

function discard(run: Run, stage: StagePlan, problem: AlteredFile): void {
  run.options.watch.altered(problem);
  const folder = run.options.folder.stage(stage);
  for (const file of [...Object.values(stageFiles), ...[...keptBy(stage).keys()].map(keptFile)])
    rmSync(join(folder, file), { force: true });
}

async function once(run: Run, stage: StagePlan, limit: Duration | undefined): Promise<boolean> {
  const { watch, engine, folder, signal } = run.options;
  const inputs = await run.trainingInputsOf(stage);
  const release = folder.lockStage(stage);
  try {
    const { interrupted } = await trainStage(stage, {
      engine,
      folder: folder.stage(stage),
      identity: await run.identityOf(stage),
      inputs,
      keptOf: (hash, checkpoint) => run.keptOf(hash, checkpoint),
      onStep: (done, total, loss) => watch.step(done, total, loss),
      onEpoch: (epoch, scores, loss) => watch.epoch(epoch, scores, loss),
      signal,
      ...(limit === undefined ? {} : { limit }),
    });
    folder.writeText(`${folder.below(folder.stage(stage))}/resolved.json`, stage.resolved);
    return interrupted;
  } finally {
    release();
  }
}

/**
 * Trains one stage of a plan, to its end or so far, as a part of it that another process has given out: what others of the plan read of it is computed too.
 * Throws a StageError if what it needs is not trained yet. True if it was interrupted.
 */
export async function trainAlone(run: Run, stage: StagePlan, limit?: Duration): Promise<boolean> {
  const { watch } = run.options;
  for (const hash of neededBy(stage)) {
    const needed = run.stageOf(hash);
    if (!(await run.isFinished(needed)))
      throw new StageError(stage.label, `it needs ${needed.label}, which is not trained`);
  }
  if (await isWhole(run, stage, limit)) watch.stageCached(stage);
  else {
    watch.stageStarts(stage, 1, 1);
    const interrupted = await trainOne(run, stage, limit);
    watch.stageEnds(stage);
    if (interrupted) return true;
  }
  if (!(await run.isFinished(stage))) return false;
  for (const { use, over, part } of run.readBy(stage)) {
    const { parts } = await run.dataOf(over.data);
    if (parts.has(part)) await run.feature(over, use.tensor, part, use.checkpoint);
  }
  const { parts } = await run.dataOf(stage.data);
  const [task] = stage.tasks;
  if (task !== undefined && parts.has("val")) await run.predict(stage, task.name, "val");
  return false;
}

/** An error of the operating system has a code such as ENOSPC, and the call that it refused. */
function isOfSystem(problem: Error): boolean {
  return "code" in problem && "syscall" in problem;
}
