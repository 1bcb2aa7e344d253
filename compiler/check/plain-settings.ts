import type { Duration, Schedule } from "../lower/plan.ts";
import { clipOf } from "./clips.ts";
import type { Env } from "./env.ts";
import { mayBeMeant } from "./incomplete.ts";
import { type Optimiser, optimiserOf } from "./optimisers.ts";
import { attempt, type Reporter } from "./reporter.ts";
import { durationOf } from "./schedules.ts";
import { type entriesOf, stageEntry, valueSpan } from "./stage-entry.ts";
import { isStageKey } from "./stages.ts";
import type { StageThing, Thing } from "./things.ts";

/** Settings of a stage that say nothing of its model; undefined where one is not set or has a mistake. */
export interface PlainSettings {
  readonly batch: number | undefined;
  readonly seed: number | undefined;
  readonly maxGradientNorm: number | undefined;
  readonly ema: number | undefined;
  readonly duration: Duration | undefined;
  readonly optimiser: Optimiser | undefined;
  readonly patience: Duration | undefined;
  readonly accumulate: number;
  readonly precision: "fp32" | "bf16";
}

type Entries = ReturnType<typeof entriesOf>;
type Key = Parameters<Entries>[0];
const nothing = (): undefined => undefined;

/** Each setting is checked whatever mistakes the others have (language rule 13). */
export function plainSettings(stage: StageThing, entry: Entries, scope: Env, fromWeights: boolean): PlainSettings {
  const reporter: Reporter = scope.session.reporter;
  const numberOf = (key: "batch" | "seed" | "max_grad_norm" | "ema" | "accumulate", least: number) =>
    numberIn(stage, key, entry(key), least, reporter);
  const precision = entry("precision");
  const accumulate = numberOf("accumulate", 1) ?? 1;
  const batch = numberOf("batch", 1);
  if ((batch ?? usualBatch) % accumulate !== 0)
    reporter.report("out-of-range", valueSpan(stage, "accumulate"), {
      what: "`accumulate`",
      expected: `a divisor of the batch of ${batch ?? usualBatch}`,
      actual: accumulate,
    });
  const optimiser = attempt(() => optimiserOf(entry("optimizer"), scope, fromWeights), nothing);
  const duration = attempt(() => lengthOf(stage, scope), nothing);
  checkTimes(stage, optimiser, duration, reporter);
  attempt(() => clipOf(entry("clip"), stage, scope), nothing);
  const waits = entry("patience");
  const patience = waits === undefined ? undefined : durationOf(waits);
  if (patience !== undefined && patience.value <= 0)
    reporter.report("out-of-range", valueSpan(stage, "patience"), {
      what: "`patience`",
      expected: "above 0",
      actual: patience.value,
    });
  else if (patience !== undefined && duration !== undefined && outlasts(patience, duration, stage))
    reporter.report(
      "changes-nothing",
      valueSpan(stage, "patience"),
      { path: "patience" },
      { help: `the training ends after ${duration.value} ${duration.unit}` },
    );
  for (const key of ["where", "augment", "mix", "sample", "views", "evaluate", "validate"] as const) entry(key);
  return {
    batch,
    seed: numberOf("seed", 0),
    maxGradientNorm: numberOf("max_grad_norm", 0),
    ema: numberOf("ema", 0),
    duration,
    optimiser,
    patience,
    accumulate,
    precision: precision?.kind === "label" && precision.name === "bf16" ? "bf16" : "fp32",
  };
}

/** More is no batch of any machine: a digit too many. */
const highest: { readonly [K in Key]?: number } = { batch: 1_000_000, accumulate: 1_000_000 };

/** Longer than any training. */
const longest: { readonly [U in Duration["unit"]]: number } = { epochs: 1e6, steps: 1e9, hours: 1e5 };

function numberIn(
  stage: StageThing,
  key: Key,
  thing: Thing | undefined,
  least: number,
  reporter: Reporter,
): number | undefined {
  if (thing?.kind !== "number") return undefined;
  const most = highest[key] ?? Number.POSITIVE_INFINITY;
  if (key === "ema" ? thing.value >= least && thing.value < 1 : thing.value >= least && thing.value <= most)
    return thing.value;
  const expected = key === "ema" ? "from 0 to below 1" : thing.value < least ? `at least ${least}` : `at most ${most}`;
  const span = valueSpan(stage, key);
  reporter.report("out-of-range", span, { what: `\`${key}\``, expected, actual: thing.value });
  return undefined;
}

/** What a batch is where the stage does not say (language rule 83). */
export const usualBatch = 32;

/** Whether a time is as long as the training; of a trial that a profile cuts short, that is meant. */
export function outlasts(time: Duration, duration: Duration, stage: StageThing): boolean {
  if (stage.changes.some((change) => change.path[0] === "duration" && !stage.base.changes.includes(change)))
    return false;
  return time.unit === duration.unit && time.value >= duration.value;
}

/** A warm-up that never ends, and a schedule whose first change the training does not reach. */
function checkTimes(
  stage: StageThing,
  optimiser: Optimiser | undefined,
  duration: Duration | undefined,
  reporter: Reporter,
): void {
  const rate = optimiser?.rate;
  if (rate === undefined || duration === undefined) return;
  const warmup = "warmup" in rate ? rate.warmup : undefined;
  const span = valueSpan(stage, "optimizer");
  if (warmup !== undefined && outlasts(warmup, duration, stage)) {
    reporter.report("warmup-too-long", span, {
      warmup: `${warmup.value} ${warmup.unit}`,
      duration: `${duration.value} ${duration.unit}`,
    });
    return;
  }
  const first = firstChange(rate);
  if (first === undefined || warmup !== undefined || !outlasts(first, duration, stage)) return;
  const help = `it first changes after ${first.value} ${first.unit}, and the training has ${duration.value}`;
  reporter.report("constant-schedule", span, {}, { help });
}

/** When a schedule is first another than in its first step, if that is known beforehand. */
function firstChange(rate: Schedule): Duration | undefined {
  if (rate.kind === "step") return rate.every;
  if (rate.kind === "plateau") return rate.patience;
  return rate.kind === "piecewise" ? rate.at[1] : undefined;
}

function lengthOf(stage: StageThing, scope: Env): Duration {
  const reporter: Reporter = scope.session.reporter;
  // A duration with a mistake is not a missing one.
  const given = stageEntry(stage, "duration", scope);
  const length = given === undefined ? undefined : durationOf(given);
  if (stage.declaration.verb === "apply") return { unit: "steps", value: 0 };
  if (length === undefined) {
    if (mayBeMeant(stage.declaration, isStageKey)) return reporter.silent();
    return reporter.refuse(
      "missing-key",
      stage.declaration.span,
      { where: stage.label, key: "duration" },
      { help: "such as duration: 30 epochs" },
    );
  }
  const most = longest[length.unit];
  if (length.value <= 0 || length.value > most) {
    reporter.refuse("out-of-range", valueSpan(stage, "duration"), {
      what: "`duration`",
      expected: length.value <= 0 ? "above 0" : `at most ${most} ${length.unit}`,
      actual: length.value,
    });
  }
  if (length.unit === "steps" && !Number.isInteger(length.value))
    reporter.refuse("out-of-range", valueSpan(stage, "duration"), {
      what: "a number of steps",
      expected: "whole",
      actual: length.value,
    });
  return length;
}
