import { InternalError } from "../ir/invariant.ts";
import type { Duration, Schedule } from "../lower/plan.ts";
import type { Reporter } from "./reporter.ts";
import { type CallThing, type CombinedThing, placeIn, type Thing } from "./things.ts";

/** A number or a schedule, as the plan says it. */
export function scheduleOf(thing: Thing, reporter: Reporter): Schedule {
  if (thing.kind === "number") return { kind: "constant", value: thing.value, warmup: undefined };
  if (thing.kind === "combined") return combined(thing, reporter);
  if (thing.kind !== "call" || thing.family !== "schedule") throw new InternalError("no schedule");
  const warmup = durationIn(thing, "warmup");
  switch (thing.name) {
    case "constant":
      return { kind: "constant", value: numberIn(thing, "value", 0), warmup };
    case "cosine": {
      const peak = numberIn(thing, "peak", 0);
      const floor = numberIn(thing, "floor", 0);
      if (peak === floor) reporter.report("constant-schedule", thing.span, {});
      if (floor > peak)
        reporter.report("out-of-range", placeIn(thing, "floor"), {
          what: "`floor`",
          expected: `at most ${peak}, the peak`,
          actual: floor,
        });
      return { kind: "cosine", peak, floor, warmup };
    }
    case "step":
      return falling(thing, "factor", durationIn(thing, "every"), warmup, reporter);
    case "exponential": {
      const per = thing.args.get("per");
      const unit = per?.kind === "label" && per.name === "step" ? "steps" : "epochs";
      return falling(thing, "rate", { unit, value: 1 }, warmup, reporter);
    }
    case "piecewise":
      return piecewise(thing, reporter);
    case "plateau": {
      const factor = numberIn(thing, "factor", 0.1);
      if (factor <= 0 || factor >= 1)
        reporter.report("out-of-range", placeIn(thing, "factor"), {
          what: "`factor`",
          expected: "between 0 and 1",
          actual: factor,
        });
      const patience = durationIn(thing, "patience") ?? { unit: "epochs", value: 10 };
      if (patience.value <= 0)
        reporter.report("out-of-range", placeIn(thing, "patience"), {
          what: "`patience`",
          expected: "above 0",
          actual: patience.value,
        });
      return { kind: "plateau", peak: numberIn(thing, "peak", 0), factor, patience, warmup };
    }
    case "ramp": {
      const [start, end] = [numberIn(thing, "start", 0), numberIn(thing, "end", 0)];
      if (start === end) reporter.report("constant-schedule", thing.span, {});
      return { kind: "ramp", start, end, over: durationIn(thing, "over") ?? { unit: "epochs", value: 1 } };
    }
    default:
      throw new InternalError(`no schedule ${thing.name}`);
  }
}

function falling(
  thing: CallThing,
  name: string,
  every: Duration | undefined,
  warmup: Duration | undefined,
  reporter: Reporter,
): Schedule {
  const factor = numberIn(thing, name, 1);
  if (factor === 1) reporter.report("constant-schedule", thing.span, {});
  if (factor <= 0)
    reporter.refuse("out-of-range", placeIn(thing, name), { what: `\`${name}\``, expected: "above 0", actual: factor });
  return {
    kind: "step",
    peak: numberIn(thing, "peak", 0),
    factor,
    every: every ?? { unit: "epochs", value: 1 },
    warmup,
  };
}

/** `piecewise([2e-4, 4e-4], at: [0 epochs, 1 epochs])`: each value from its time on. */
function piecewise(thing: CallThing, reporter: Reporter): Schedule {
  const listed = thing.args.get("values");
  const times = thing.args.get("at");
  const values =
    listed?.kind === "list" ? listed.items.flatMap((item) => (item.kind === "number" ? [item.value] : [])) : [];
  const at = times?.kind === "list" ? times.items.flatMap((item) => durationOf(item) ?? []) : [];
  const span = placeIn(thing, "at");
  if (values.length === 0 || values.length !== at.length) {
    reporter.refuse("out-of-range", span, {
      what: "the number of times in `at`",
      expected: `${values.length}, one for each value`,
      actual: at.length,
    });
  }
  const [first] = at;
  if (first !== undefined && first.value !== 0)
    reporter.report("out-of-range", span, {
      what: "the first time in `at`",
      expected: "0",
      actual: `${first.value} ${first.unit}`,
    });
  if (at.some(({ unit }) => unit !== first?.unit))
    reporter.report("wrong-type", span, {
      what: "the times in `at`",
      expected: "all in one unit",
      actual: "several",
    });
  const late = at.findIndex(({ value }, i) => i > 0 && value <= (at[i - 1]?.value ?? 0));
  if (late > 0)
    reporter.report("out-of-range", span, {
      what: "each time in `at`",
      expected: "after the one before",
      actual: at[late]?.value ?? 0,
    });
  if (values.length > 1 && values.every((value) => value === values[0]))
    reporter.report("constant-schedule", thing.span, {});
  return { kind: "piecewise", values, at };
}

/** Schedules with numbers: scaled, or added to one. */
function combined(thing: CombinedThing, reporter: Reporter): Schedule {
  const left = scheduleOf(thing.left, reporter);
  const right = scheduleOf(thing.right, reporter);
  if (thing.operator === "*" && thing.left.kind === "number")
    return { kind: "scaled", factor: thing.left.value, schedule: right };
  if (thing.operator === "*" && thing.right.kind === "number")
    return { kind: "scaled", factor: thing.right.value, schedule: left };
  if (thing.operator === "+") return { kind: "sum", left, right };
  if (thing.operator === "-") return { kind: "sum", left, right: { kind: "scaled", factor: -1, schedule: right } };
  throw new InternalError(`schedules have no ${thing.operator}`);
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
    case "sum":
      return peakOf(schedule.left) + peakOf(schedule.right);
    case "piecewise":
      return schedule.values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    default:
      return schedule.peak;
  }
}

/** The value in the first step; a warm-up begins above 0. */
export function startOf(schedule: Schedule): number {
  switch (schedule.kind) {
    case "ramp":
      return schedule.start;
    case "piecewise":
      return schedule.values[0] ?? 0;
    case "scaled":
      return schedule.factor * startOf(schedule.schedule);
    case "sum":
      return startOf(schedule.left) + startOf(schedule.right);
    case "constant":
      return schedule.value;
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
