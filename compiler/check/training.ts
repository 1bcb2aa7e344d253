import type {
  Augmentation,
  Duration,
  EvaluatePlan,
  KeepPlan,
  Metric,
  OptimiserPlan,
  RowRule,
  Schedule,
} from "../lower/plan.ts";
import { clipOf } from "./build-stage.ts";
import { convert } from "./convert.ts";
import type { Env } from "./env.ts";
import type { StageBuild } from "./model-build.ts";
import type { Reporter } from "./reporter.ts";
import { durationOf, numberIn, scheduleOf } from "./schedules.ts";
import { entryOf, stageEntry } from "./stage-entry.ts";
import type { CallThing, Thing } from "./things.ts";
import { call, describeThing, metric, orNone } from "./type.ts";

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
}

/** `scope` sees the stage's parameters and the model's names; `fromWeights` says that some weights come from elsewhere. */
export function trainingOf(built: StageBuild, scope: Env, fromWeights: boolean): Training {
  const { stage, model } = built;
  const reporter: Reporter = scope.session.reporter;
  const entry = (key: Parameters<typeof stageEntry>[1]) => stageEntry(stage, key, scope);
  const tasks = [...model.heads.keys()];
  const numberOf = (
    key: "batch" | "seed" | "max_grad_norm" | "ema" | "accumulate",
    least: number,
  ): number | undefined => {
    const thing = entry(key);
    if (thing?.kind !== "number") return undefined;
    if (thing.value < least) {
      const span = entryOf(stage, key)?.value.span ?? stage.span;
      reporter.refuse("out-of-range", span, { what: `\`${key}\``, expected: `at least ${least}`, actual: thing.value });
    }
    return thing.value;
  };
  const precision = entry("precision");
  const place = stage.declaration.span;
  if (precision?.kind === "label" && precision.name !== "fp32")
    reporter.report("not-yet", entryOf(stage, "precision")?.span ?? place, { what: "precision other than fp32" });
  if ((numberOf("accumulate", 1) ?? 1) > 1)
    reporter.report("not-yet", entryOf(stage, "accumulate")?.span ?? place, { what: "`accumulate`" });
  const duration = entry("duration");
  const length = duration === undefined ? undefined : durationOf(duration);
  if (length === undefined)
    reporter.refuse(
      "missing-key",
      stage.declaration.span,
      { where: stage.label, key: "duration" },
      { help: "such as duration: 30 epochs" },
    );
  if (length.value <= 0)
    reporter.refuse("out-of-range", entryOf(stage, "duration")?.value.span ?? place, {
      what: "`duration`",
      expected: "above 0",
      actual: length.value,
    });
  const where = entry("where");
  const augment = entry("augment");
  const keep = entry("keep");
  const optimiser = entry("optimizer");
  const patience = entry("patience");
  const { plan, rate, weightDecay } = optimiserOf(optimiser, scope, fromWeights);
  return {
    rows: where === undefined ? { kind: "any_valid", tasks } : rowsOf(where, scope),
    augment:
      augment === undefined
        ? model.fields.size > 0
          ? [{ kind: "flip", probability: 0.5 }]
          : []
        : augmentOf(augment, scope),
    batch: numberOf("batch", 1) ?? 32,
    duration: length,
    seed: numberOf("seed", 0) ?? 0,
    optimiser: plan,
    rate,
    weightDecay,
    maxGradientNorm: numberOf("max_grad_norm", 0),
    ema: numberOf("ema", 0),
    evaluate: {
      ...evaluateOf(entry("evaluate"), built, scope),
      weights: entry("ema")?.kind === "number" ? "ema" : "last",
    },
    keep: keepOf(keep, tasks, scope),
    patience: patience === undefined ? undefined : durationOf(patience),
  };
}

export function rowsOf(thing: Thing, scope: Env): RowRule {
  if (thing.kind === "combined" && thing.operator === "not") return { kind: "not", rule: rowsOf(thing.left, scope) };
  if (thing.kind === "combined" && (thing.operator === "and" || thing.operator === "or")) {
    return { kind: thing.operator, rules: [rowsOf(thing.left, scope), rowsOf(thing.right, scope)] };
  }
  const tasks = thing.kind === "call" ? thing.args.get("tasks") : undefined;
  const names = tasks?.kind === "list" ? tasks.items.flatMap((item) => (item.kind === "task" ? [item.name] : [])) : [];
  return { kind: thing.kind === "call" && thing.name === "any_valid" ? "any_valid" : "valid", tasks: names };
}

function augmentOf(thing: Thing, scope: Env): readonly Augmentation[] {
  if (thing.kind !== "list") return [];
  return thing.items.map((item): Augmentation => {
    if (item.kind !== "call") throw new Error("no augmentation");
    const reporter: Reporter = scope.session.reporter;
    const within = (name: string, otherwise: number, most: number): number => {
      const value = numberIn(item, name, otherwise);
      if (value < 0 || value > most)
        reporter.refuse("out-of-range", item.span, {
          what: `\`${name}\``,
          expected: `from 0 to ${most}`,
          actual: value,
        });
      return value;
    };
    switch (item.name) {
      case "flip":
        return { kind: "flip", probability: within("probability", 0.5, 1) };
      case "rotate":
        return { kind: "rotate", degrees: within("degrees", 0, 180) };
      case "jitter":
        return { kind: "jitter", amount: within("amount", 0, 1) };
      case "crop": {
        const area = item.args.get("area");
        const [from, to] = area?.kind === "range" ? [area.from ?? 0, area.to ?? 1] : [1, 1];
        if (from <= 0 || to > 1 || from > to)
          reporter.refuse("out-of-range", item.span, {
            what: "the area of a crop",
            expected: "within 0 and 1, such as 0.8 .. 1.0",
            actual: `${from} .. ${to}`,
          });
        return { kind: "crop", area: [from, to] };
      }
      default:
        return reporter.refuse("not-yet", item.span, { what: `\`${item.name}\`` });
    }
  });
}

function optimiserOf(
  thing: Thing | undefined,
  scope: Env,
  fromWeights: boolean,
): { plan: OptimiserPlan; rate: Schedule; weightDecay: number } {
  if (thing?.kind !== "call") {
    return {
      plan: { name: "adamw", settings: { beta1: 0.9, beta2: 0.999, eps: 1e-8 } },
      rate: { kind: "constant", value: fromWeights ? 1e-5 : 1e-4, warmup: undefined },
      weightDecay: 0.05,
    };
  }
  const reporter: Reporter = scope.session.reporter;
  const rate = scheduleOf(thing.args.get("lr") ?? { kind: "number", value: 1e-4, integer: false }, reporter);
  if (rate.kind === "ramp" && rate.start === 0) reporter.report("zero-at-first-step", thing.span, {});
  switch (thing.name) {
    case "adamw":
    case "adam": {
      const betas = thing.args.get("betas");
      const [beta1, beta2] =
        betas?.kind === "list" ? betas.items.map((item) => (item.kind === "number" ? item.value : 0)) : [0.9, 0.999];
      if (beta1 === undefined || beta2 === undefined || Math.min(beta1, beta2) < 0 || Math.max(beta1, beta2) >= 1) {
        reporter.refuse("out-of-range", thing.span, {
          what: "`betas`",
          expected: "two numbers from 0 to below 1",
          actual: `${beta1}, ${beta2}`,
        });
      }
      return {
        plan: { name: thing.name, settings: { beta1, beta2, eps: numberIn(thing, "eps", 1e-8) } },
        rate,
        weightDecay: numberIn(thing, "weight_decay", thing.name === "adamw" ? 0.01 : 0),
      };
    }
    case "sgd": {
      const nesterov = thing.args.get("nesterov");
      return {
        plan: {
          name: "sgd",
          settings: {
            momentum: numberIn(thing, "momentum", 0),
            nesterov: nesterov?.kind === "bool" && nesterov.value ? 1 : 0,
          },
        },
        rate,
        weightDecay: numberIn(thing, "weight_decay", 0),
      };
    }
    default:
      return reporter.refuse("not-yet", thing.span, { what: `\`${thing.name}\`` });
  }
}

function evaluateOf(thing: Thing | undefined, built: StageBuild, scope: Env): EvaluatePlan {
  const { model, stage } = built;
  const reporter: Reporter = scope.session.reporter;
  const usual: EvaluatePlan = { every: { unit: "epochs", value: 1 }, clip: model.clip, merge: "mean", weights: "last" };
  if (thing?.kind !== "map") return usual;
  let plan = usual;
  for (const [key, value] of thing.entries) {
    const span = thing.places.get(key) ?? stage.span;
    if (key === "clip")
      plan = {
        ...plan,
        clip: clipOf(convert(scope.session, value, orNone(call("clip")), "`clip`", span), stage, scope),
      };
    else if (key === "every")
      plan = {
        ...plan,
        every: durationOf(convert(scope.session, value, { kind: "duration" }, "`every`", span)) ?? usual.every,
      };
    else if (key === "merge" || key === "weights")
      reporter.report("not-yet", span, { what: `\`${key}\` other than the usual` });
    else reporter.report(key === "tta" ? "not-yet" : "unknown-key", span, { what: "`tta`", where: "`evaluate`", key });
  }
  return plan;
}

function keepOf(thing: Thing | undefined, tasks: readonly string[], scope: Env): KeepPlan {
  if (thing === undefined) {
    const sum = tasks
      .map((task): Metric => ({ kind: "score", task }))
      .reduce((left, right): Metric => ({ kind: "+", left, right }), { kind: "number", value: 0 });
    return tasks.length === 0 ? { kind: "last" } : { kind: "best", metric: sum };
  }
  if (thing.kind !== "call") return { kind: "last" };
  const what = thing.args.get("metric");
  return what === undefined ? { kind: "last" } : { kind: "best", metric: metricOf(what, tasks, scope, thing.span) };
}

/** A metric over the scores of tasks that a stage or assembly has (language rule 64). */
export function metricOf(thing: Thing, tasks: readonly string[], scope: Env, span: CallThing["span"]): Metric {
  const reporter: Reporter = scope.session.reporter;
  const given = convert(scope.session, thing, metric, "a metric", span);
  if (given.kind === "number") return { kind: "number", value: given.value };
  if (given.kind === "combined") {
    const { operator } = given;
    if (operator === "+" || operator === "-" || operator === "*" || operator === "/") {
      return {
        kind: operator,
        left: metricOf(given.left, tasks, scope, given.span),
        right: metricOf(given.right, tasks, scope, given.span),
      };
    }
  }
  if (given.kind === "call" && (given.name === "score" || given.name === "accuracy")) {
    const task = given.args.get("task");
    if (task?.kind === "task") {
      if (!tasks.includes(task.name))
        reporter.refuse(
          "no-head",
          span,
          { task: task.name },
          { related: [{ span: given.span, text: "the metric reads it" }] },
        );
      return { kind: given.name, task: task.name };
    }
  }
  return reporter.refuse("wrong-type", span, {
    what: "a metric",
    expected: "score(task), accuracy(task) or arithmetic of them",
    actual: describeThing(given),
  });
}
