import { InternalError } from "../ir/invariant.ts";
import type { Duration, Schedule } from "../lower/plan.ts";
import type { Reporter } from "./reporter.ts";
import type { CallThing, Thing } from "./things.ts";

/** A number or a schedule, as the plan says it. */
export function scheduleOf(thing: Thing, reporter: Reporter): Schedule {
  if (thing.kind === "number") return { kind: "constant", value: thing.value, warmup: undefined };
  if (thing.kind === "combined" && thing.operator === "*") {
    const [factor, of] = thing.left.kind === "number" ? [thing.left, thing.right] : [thing.right, thing.left];
    if (factor.kind === "number") return { kind: "scaled", factor: factor.value, schedule: scheduleOf(of, reporter) };
  }
  if (thing.kind === "combined")
    return reporter.refuse("not-yet", thing.span, { what: "this arithmetic of schedules" });
  if (thing.kind !== "call" || thing.family !== "schedule") throw new InternalError("no schedule");
  const warmup = durationIn(thing, "warmup");
  switch (thing.name) {
    case "constant":
      return { kind: "constant", value: numberIn(thing, "value", 0), warmup };
    case "cosine": {
      const peak = numberIn(thing, "peak", 0);
      const floor = numberIn(thing, "floor", 0);
      if (peak === floor) reporter.report("constant-schedule", thing.span, {});
      return { kind: "cosine", peak, floor, warmup };
    }
    case "step":
    case "exponential": {
      const factor = numberIn(thing, "factor", 1);
      if (factor === 1) reporter.report("constant-schedule", thing.span, {});
      if (factor <= 0)
        reporter.refuse("out-of-range", thing.span, { what: "the factor", expected: "above 0", actual: factor });
      const every = durationIn(thing, "every") ?? { unit: "epochs", value: 1 };
      return { kind: thing.name, peak: numberIn(thing, "peak", 0), factor, every, warmup };
    }
    case "ramp": {
      const [start, end] = [numberIn(thing, "start", 0), numberIn(thing, "end", 0)];
      if (start === end) reporter.report("constant-schedule", thing.span, {});
      return { kind: "ramp", start, end, over: durationIn(thing, "over") ?? { unit: "epochs", value: 1 } };
    }
    default:
      return reporter.refuse("not-yet", thing.span, { what: `\`${thing.name}\`` });
  }
}

/** The highest value: what `lr` of a pattern replaces (language rule 57). */
export function peakOf(schedule: Schedule): number {
  switch (schedule.kind) {
    case "constant":
      return schedule.value;
    case "ramp":
      return Math.max(schedule.start, schedule.end);
    case "scaled":
      return schedule.factor * peakOf(schedule.schedule);
    default:
      return schedule.peak;
  }
}

export function numberIn(thing: CallThing, name: string, otherwise: number): number {
  const value = thing.args.get(name);
  return value?.kind === "number" ? value.value : otherwise;
}

export function durationIn(thing: CallThing, name: string): Duration | undefined {
  const value = thing.args.get(name);
  return value === undefined ? undefined : durationOf(value);
}

export function durationOf(value: Thing): Duration | undefined {
  if (value.kind !== "quantity") return undefined;
  const { unit } = value;
  return unit === "epochs" || unit === "steps" || unit === "hours" ? { unit, value: value.value } : undefined;
}
