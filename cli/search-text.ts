import { durationText } from "../compiler/lower/describe-plan.ts";
import type { Duration, SweepPlan } from "../compiler/lower/plan.ts";
import { trialsOf } from "../runtime/search/trials.ts";

/** What a search trains next. */
export function roundText(sweep: SweepPlan, known: number): string {
  const count = trialsOf(sweep).length;
  const of = sweep.search?.trials === undefined ? "" : ` of ${sweep.search.trials}`;
  const which = count - known === 1 ? `trial ${count}` : `trials ${known + 1} to ${count}`;
  return `search ${sweep.name}: ${which}${of}`;
}

/** How many trials of a search were ended at a rung, and how many go on. */
export function rungText({ name }: SweepPlan, limit: Duration, ended: number, left: number): string {
  return `search ${name}: after ${durationText(limit)} ${ended} ${ended === 1 ? "trial is" : "trials are"} ended, ${left} ${left === 1 ? "goes" : "go"} on`;
}
