import type { Duration, StagePlan } from "../../compiler/lower/plan.ts";
import { calendarOf, pauseOf } from "../train/schedule-value.ts";
import type { Run } from "./run-plan.ts";

/** What of a run's plan is to be trained. */
export interface Work {
  /** In the plan's order. */
  readonly stages: readonly StagePlan[];
  /** Of stages that are trained only so far for now, by hash. */
  readonly limits: ReadonlyMap<string, Duration>;
  /** Whether no stage is begun any more. */
  readonly isOver: () => boolean;
}

/** A plan's stages, each to its end. */
export function wholeWork(stages: readonly StagePlan[]): Work {
  return { stages, limits: new Map(), isOver: () => false };
}

/** Whether a stage is trained as far as it is to be for now. */
export async function isFarEnough(run: Run, stage: StagePlan, limit: Duration | undefined): Promise<boolean> {
  const progress = await run.progressOf(stage);
  if (progress === undefined || progress.finished || limit === undefined) return progress?.finished === true;
  return progress.step >= pauseOf(limit, stage, calendarOf(stage, progress.stepsPerEpoch));
}
