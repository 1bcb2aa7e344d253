import type { Duration, Schedule, StagePlan } from "../../compiler/lower/plan.ts";

export interface Calendar {
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
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
        case "step":
          return peak * schedule.factor ** Math.floor(after / stepsOf(schedule.every, calendar));
      }
    }
  }
}
