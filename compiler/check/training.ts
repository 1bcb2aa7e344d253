import type {
  Augmentation,
  Duration,
  EvaluatePlan,
  KeepPlan,
  OptimiserPlan,
  RowRule,
  Schedule,
} from "../lower/plan.ts";
import { augmentationsOf } from "./augmentations.ts";
import { balanceOf } from "./balance.ts";
import { canonical } from "./canonical.ts";
import { clipOf } from "./clips.ts";
import { judgedRows } from "./data-parts.ts";
import type { Env } from "./env.ts";
import { keepOf } from "./keep.ts";
import { evaluateKeys } from "./library-calls.ts";
import type { StageBuild } from "./model-build.ts";
import { mainData } from "./model-data.ts";
import { suggestion } from "./nearest.ts";
import { optimiserOf } from "./optimisers.ts";
import type { Reporter } from "./reporter.ts";
import { durationOf } from "./schedules.ts";
import { entryOf, stageEntry } from "./stage-entry.ts";
import type { Thing } from "./things.ts";
import { viewsOf } from "./views.ts";

/** How a stage trains, apart from its graph and weights; every default filled in (language rules b.6). */
export interface Training {
  readonly rows: RowRule;
  readonly augment: readonly Augmentation[];
  readonly batch: number;
  readonly duration: Duration;
  readonly seed: number;
  readonly optimiser: OptimiserPlan;
  readonly rate: Schedule;
  readonly weightDecay: number;
  readonly maxGradientNorm: number | undefined;
  readonly ema: number | undefined;
  readonly evaluate: EvaluatePlan;
  readonly keep: KeepPlan;
  readonly patience: Duration | undefined;
  /** Settings that this version checks and does not carry out, as text: they decide identity all the same. */
  readonly later: readonly string[];
}

/** Keys that this version checks and cannot train with. */
const laterKeys = ["mix", "sample", "validate", "balance"] as const;

/** `scope` sees the stage's parameters and the model's names; `fromWeights` says that some weights come from elsewhere. */
export function trainingOf(built: StageBuild, scope: Env, fromWeights: boolean): Training {
  const { stage, model } = built;
  const reporter: Reporter = scope.session.reporter;
  const entry = (key: Parameters<typeof stageEntry>[1]) => stageEntry(stage, key, scope);
  const spanOf = (key: Parameters<typeof stageEntry>[1]) => entryOf(stage, key)?.value.span ?? stage.span;
  const tasks = [...model.heads.values()].map(({ task }) => task);
  const later: string[] = [];
  const numberOf = (
    key: "batch" | "seed" | "max_grad_norm" | "ema" | "accumulate",
    least: number,
  ): number | undefined => {
    const thing = entry(key);
    if (thing?.kind !== "number") return undefined;
    const most = key === "ema" ? 1 : Number.POSITIVE_INFINITY;
    if (thing.value < least || thing.value >= most) {
      const expected = key === "ema" ? "from 0 to below 1" : `at least ${least}`;
      reporter.refuse("out-of-range", spanOf(key), { what: `\`${key}\``, expected, actual: thing.value });
    }
    return thing.value;
  };
  const notYet = (key: Parameters<typeof stageEntry>[1], what: string, value: string) => {
    reporter.report("not-yet", entryOf(stage, key)?.span ?? stage.span, { what });
    later.push(`${key}: ${value}`);
  };
  const precision = entry("precision");
  if (precision?.kind === "label" && precision.name !== "fp32")
    notYet("precision", "precision other than fp32", precision.name);
  const accumulate = numberOf("accumulate", 1) ?? 1;
  if (accumulate > 1) notYet("accumulate", "`accumulate`", String(accumulate));
  for (const key of laterKeys) {
    const thing = entry(key);
    if (thing === undefined || thing.kind === "none") continue;
    if (key === "balance") balanceOf(thing, scope);
    notYet(key, `\`${key}\``, canonical(thing));
  }
  const views = entry("views");
  if (views !== undefined) {
    viewsOf(views, [...model.fields.keys()], scope);
    notYet("views", "`views`", canonical(views));
  }
  const augment = entry("augment");
  const optimiser = entry("optimizer");
  const patience = entry("patience");
  if (augment !== undefined && later.length > 0) later.push(`augment: ${canonical(augment)}`);
  if (optimiser?.kind === "call" && optimiser.name === "sam") later.push(`optimizer: ${canonical(optimiser)}`);
  const { plan, rate, weightDecay } = optimiserOf(optimiser, scope, fromWeights);
  const length = lengthOf(built, scope);
  if ("warmup" in rate && rate.warmup?.unit === length.unit && rate.warmup.value >= length.value) {
    reporter.report("warmup-too-long", spanOf("optimizer"), {
      warmup: `${rate.warmup.value} ${rate.warmup.unit}`,
      duration: `${length.value} ${length.unit}`,
    });
  }
  const judged = judgedRows(mainData(model.data)) !== undefined || entry("validate") !== undefined;
  const keep = entry("keep");
  const images = [...model.fields].some(([, { wire }]) => wire.source.kind === "node");
  return {
    rows: rowsOf(
      entry("where"),
      tasks.map(({ name }) => name),
    ),
    augment:
      augment === undefined
        ? images && views === undefined
          ? [{ kind: "flip", probability: 0.5 }]
          : []
        : augmentationsOf(augment, [...model.fields.keys()], scope),
    batch: numberOf("batch", 1) ?? 32,
    duration: length,
    seed: numberOf("seed", 0) ?? 0,
    optimiser: plan,
    rate,
    weightDecay,
    maxGradientNorm: numberOf("max_grad_norm", 0),
    ema: numberOf("ema", 0),
    evaluate: {
      ...evaluateOf(entry("evaluate"), built, scope, later),
      weights: entry("ema")?.kind === "number" ? "ema" : "last",
    },
    keep: keepOf(keep, tasks, judged, scope, spanOf("keep")),
    patience: patience === undefined ? undefined : durationOf(patience),
    later: keep === undefined || keep.kind === "label" ? later : [...later, `keep: ${canonical(keep)}`],
  };
}

function lengthOf({ stage }: StageBuild, scope: Env): Duration {
  const reporter: Reporter = scope.session.reporter;
  const given = stageEntry(stage, "duration", scope);
  const length = given === undefined ? undefined : durationOf(given);
  if (stage.declaration.verb === "apply") return { unit: "steps", value: 0 };
  if (length === undefined) {
    return reporter.refuse(
      "missing-key",
      stage.declaration.span,
      { where: stage.label, key: "duration" },
      { help: "such as duration: 30 epochs" },
    );
  }
  if (length.value <= 0) {
    reporter.refuse("out-of-range", entryOf(stage, "duration")?.value.span ?? stage.declaration.span, {
      what: "`duration`",
      expected: "above 0",
      actual: length.value,
    });
  }
  return length;
}

export function rowsOf(thing: Thing | undefined, all: readonly string[]): RowRule {
  if (thing === undefined) return { kind: "any_valid", tasks: all };
  if (thing.kind === "combined" && thing.operator === "not") return { kind: "not", rule: rowsOf(thing.left, all) };
  if (thing.kind === "combined" && (thing.operator === "and" || thing.operator === "or")) {
    return { kind: thing.operator, rules: [rowsOf(thing.left, all), rowsOf(thing.right, all)] };
  }
  const tasks = thing.kind === "call" ? thing.args.get("tasks") : undefined;
  const names = tasks?.kind === "list" ? tasks.items.flatMap((item) => (item.kind === "task" ? [item.name] : [])) : [];
  return { kind: thing.kind === "call" && thing.name === "any_valid" ? "any_valid" : "valid", tasks: names };
}

/** `evaluate: {clip:, merge:, weights:, tta:, every:}` (language rule 50). */
function evaluateOf(thing: Thing | undefined, built: StageBuild, scope: Env, later: string[]): EvaluatePlan {
  const { model, stage } = built;
  const reporter: Reporter = scope.session.reporter;
  let plan: EvaluatePlan = { every: { unit: "epochs", value: 1 }, clip: model.clip, merge: "mean", weights: "last" };
  if (thing?.kind !== "map") return plan;
  for (const [key, value] of thing.entries) {
    const span = thing.places.get(key) ?? stage.span;
    const notYet = (what: string) => {
      reporter.report("not-yet", span, { what });
      later.push(`evaluate.${key}: ${canonical(value)}`);
    };
    switch (key) {
      case "clip": {
        plan = { ...plan, clip: clipOf(value, stage, scope) };
        break;
      }
      case "every": {
        plan = { ...plan, every: durationOf(value) ?? plan.every };
        break;
      }
      case "merge": {
        if (value.kind === "label" && value.name !== "mean") notYet("`merge` other than the mean");
        break;
      }
      case "weights": {
        const average = stageEntry(stage, "ema", scope);
        const kept = average?.kind === "number";
        if (value.kind !== "label") break;
        if (value.name === "ema" && average === undefined)
          reporter.report("missing-key", span, {
            where: `${stage.label}, which is judged by its moving average,`,
            key: "ema",
          });
        if (value.name === "last" && kept) notYet("judging by the last weights where a moving average is kept");
        break;
      }
      case "tta":
        augmentationsOf(value, [...model.fields.keys()], scope);
        notYet("`tta`");
        break;
      default:
        reporter.report(
          "unknown-key",
          span,
          { where: "`evaluate`", key },
          { help: suggestion(key, Object.keys(evaluateKeys)) },
        );
    }
  }
  return plan;
}
