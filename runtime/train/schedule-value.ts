import type { Duration, Schedule, StagePlan } from "../../compiler/lower/plan.ts";

export interface Calendar {
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  /** Of a training that is judged: what schedules that follow scores go by. */
  readonly judged?: Judged;
}

export interface Judged {
  /** So many steps lie between two judgements. */
  readonly every: number;
  /** After which steps something that is kept got better, ascending; grows while the training goes on. */
  readonly better: readonly number[];
}

export function calendarOf({ duration: { unit, value } }: StagePlan, stepsPerEpoch: number): Calendar {
  const total =
    unit === "epochs"
      ? Math.round(value * stepsPerEpoch)
      : unit === "steps"
        ? Math.round(value)
        : Number.MAX_SAFE_INTEGER;
  return { stepsPerEpoch, totalSteps: Math.max(1, total) };
}

/** A duration in steps, at least 1. Hours have no steps: they only end a training. */
export function stepsOf(duration: Duration, { stepsPerEpoch, totalSteps }: Calendar): number {
  if (duration.unit === "hours") return totalSteps;
  return Math.max(1, Math.round(duration.unit === "epochs" ? duration.value * stepsPerEpoch : duration.value));
}

/** The step that a training is left at for now: after so much of it, and where it is judged next. */
export function pauseOf(limit: Duration, { evaluate }: StagePlan, calendar: Calendar): number {
  const every = stepsOf(evaluate.every, calendar);
  return Math.min(calendar.totalSteps, Math.ceil(stepsOf(limit, calendar) / every) * every);
}

/** How often a plateau has been met in the judgements before a step, counted from 0; nothing is waited for while a warm-up goes on. */
function falls(step: number, warmup: number, patience: number, judged: Judged | undefined): number {
  if (judged === undefined) return 0;
  const better = new Set(judged.better);
  let [since, count] = [warmup, 0];
  for (let at = judged.every; at <= step; at += judged.every) {
    if (better.has(at)) since = Math.max(since, at);
    else if (at - since >= patience) {
      since = at;
      count += 1;
    }
  }
  return count;
}

/** The number that a schedule gives in a step, counted from 0 (see Schedule for the formulas). */
export function scheduleValue(schedule: Schedule, step: number, calendar: Calendar): number {
  switch (schedule.kind) {
    case "scaled":
      return schedule.factor * scheduleValue(schedule.schedule, step, calendar);
    case "sum":
      return scheduleValue(schedule.left, step, calendar) + scheduleValue(schedule.right, step, calendar);
    case "piecewise": {
      const begun = schedule.at.findLastIndex(({ unit, value }) => {
        const start = value === 0 ? 0 : stepsOf({ unit, value }, calendar);
        return step >= start;
      });
      return schedule.values[begun] ?? 0;
    }
    case "ramp": {
      const over = stepsOf(schedule.over, calendar);
      return schedule.start + (schedule.end - schedule.start) * Math.min(1, step / over);
    }
    default: {
      const warmup = schedule.warmup === undefined ? 0 : stepsOf(schedule.warmup, calendar);
      const peak = schedule.kind === "constant" ? schedule.value : schedule.peak;
      if (step < warmup) return (peak * (step + 1)) / warmup;
      const after = step - warmup;
      switch (schedule.kind) {
        case "constant":
          return peak;
        case "cosine": {
          const done = Math.min(1, after / Math.max(1, calendar.totalSteps - warmup));
          return schedule.floor + ((peak - schedule.floor) * (1 + Math.cos(Math.PI * done))) / 2;
        }
        case "plateau":
          return peak * schedule.factor ** falls(step, warmup, stepsOf(schedule.patience, calendar), calendar.judged);
        case "step":
          return peak * schedule.factor ** Math.floor(after / stepsOf(schedule.every, calendar));
      }
    }
  }
}
