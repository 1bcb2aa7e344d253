import type { Span } from "../diagnostics/source.ts";
import type {
  BalancerPlan,
  ClipPlan,
  Duration,
  EvaluatePlan,
  KeepPlan,
  OptimiserPlan,
  RowRule,
  SamplerPlan,
  Schedule,
} from "../lower/plan.ts";
import type { Augmentation } from "../lower/plan-augment.ts";
import { augmentationsOf, checkMixes, checkPerClip } from "./augmentations.ts";
import { balanceOf } from "./balance.ts";
import { canonical } from "./canonical.ts";
import { clipOf } from "./clips.ts";
import { completed } from "./completed.ts";
import { judgedRows } from "./data-parts.ts";
import type { Env } from "./env.ts";
import { keepOf } from "./keep.ts";
import { evaluateKeys } from "./keys.ts";
import type { StageBuild } from "./model-build.ts";
import { mainData } from "./model-data.ts";
import { suggestion } from "./nearest.ts";
import { plainSettings, usualBatch } from "./plain-settings.ts";
import { attempt, Refusal, type Reporter } from "./reporter.ts";
import { checkRules, checkValidation, samplerOf } from "./row-rules.ts";
import { durationOf } from "./schedules.ts";
import { entriesOf, entryOf, valueSpan } from "./stage-entry.ts";
import type { Thing } from "./things.ts";
import { viewsOf } from "./views.ts";

/** How a stage trains, apart from its graph and weights; every default filled in (language rule 83). */
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
  readonly balance: readonly BalancerPlan[];
  readonly sample: SamplerPlan | undefined;
  /** Settings that this version checks and does not carry out, as text: they decide identity all the same. */
  readonly later: readonly string[];
}

type Key = Parameters<ReturnType<typeof entriesOf>>[0];

const nothing = (): undefined => undefined;

/** Keys that this version checks and cannot train with. */
const laterKeys = ["mix", "validate"] as const;

/** `scope` sees the stage's parameters and the model's names; `terms` are those of the loss; `fromWeights` says that some weights come from elsewhere. */
export function trainingOf(built: StageBuild, scope: Env, terms: readonly string[], fromWeights: boolean): Training {
  const { stage, model } = built;
  const reporter: Reporter = scope.session.reporter;
  const before = reporter.errors;
  const entry = entriesOf(stage, scope);
  const plain = plainSettings(stage, entry, scope, fromWeights);
  const later = [...plain.later];
  const notYet = (key: Key, value: string) => {
    reporter.report("not-yet", entryOf(stage, key)?.span ?? stage.span, { what: `\`${key}\`` });
    later.push(`${key}: ${value}`);
  };
  const tasks = [...model.heads.values()].map(({ task }) => task);
  const fields = [...model.fields.keys()];
  for (const key of laterKeys) {
    const thing = entry(key);
    if (thing === undefined || thing.kind === "none" || (thing.kind === "list" && thing.items.length === 0)) continue;
    if (key === "mix") checkMixes(thing, scope.session);
    if (key === "validate") checkValidation(thing, built, tasks, scope);
    notYet(key, canonical(completed(thing)));
  }
  const sample = samplerOf(entry("sample"), built, scope);
  const weighed = entry("balance");
  const balance = weighed === undefined ? [] : balanceOf(weighed, terms, scope);
  const views = entry("views");
  if (views !== undefined) {
    viewsOf(views, fields, scope);
    notYet("views", canonical(completed(views)));
  }
  const augment = entry("augment");
  const images = [...model.fields.values()].some(({ wire }) => wire.source.kind === "node");
  const usualAugment: readonly Augmentation[] =
    images && views === undefined ? [{ kind: "flip", probability: 0.5 }] : [];
  const by = mainData(model.data);
  const judged = judgedRows(by) !== undefined || entry("validate") !== undefined;
  const keep = entry("keep");
  const keepSpan = valueSpan(stage, "keep");
  const kept = attempt(() => keepOf(keep, tasks, { judged, by }, scope, keepSpan), nothing);
  if (plain.patience !== undefined && kept?.kind === "last" && (keep === undefined || keep.kind === "label"))
    reporter.report(
      "changes-nothing",
      valueSpan(stage, "patience"),
      { path: "patience" },
      { help: "without a best score there is none to wait for: keep: best(score(..))" },
    );
  const evaluate = attempt(() => evaluateOf(entry("evaluate"), entry("ema"), built, scope, later), nothing);
  const augmented = augment === undefined ? usualAugment : augmentationsOf(augment, fields, scope);
  if (model.clip === undefined) checkPerClip(augment, scope.session);
  // What the plan has no words for.
  if (augment?.kind === "list" && augment.items.length > augmented.length)
    later.push(`augment: ${canonical(completed(augment))}`);
  if (keep?.kind === "call" && keep.name === "least") later.push(`keep: ${canonical(completed(keep))}`);
  const { duration, optimiser } = plain;
  if (reporter.errors > before || duration === undefined || optimiser === undefined) throw new Refusal();
  if (kept === undefined || evaluate === undefined) throw new Refusal();
  checkRules(entry("where"), built, scope);
  return {
    rows: rowsOf(
      entry("where"),
      tasks.map(({ name }) => name),
    ),
    augment: augmented,
    batch: plain.batch ?? usualBatch,
    duration,
    seed: plain.seed ?? 0,
    optimiser: optimiser.plan,
    rate: optimiser.rate,
    weightDecay: optimiser.weightDecay,
    maxGradientNorm: plain.maxGradientNorm,
    ema: plain.ema,
    evaluate,
    keep: kept,
    patience: plain.patience,
    balance,
    sample,
    later,
  };
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

/** What is trained on clips is judged on clips, and a model that is made for one length on clips of that length. */
function checkJudgedClip(
  { model, stage }: StageBuild,
  clip: ClipPlan | undefined,
  span: Span,
  reporter: Reporter,
): void {
  const related = [{ span: stage.span, text: `in ${stage.label}` }];
  if ((clip === undefined) !== (model.clip === undefined)) {
    const [expected, actual] =
      clip === undefined ? ["a clip, as in training", "none"] : ["none, as in training", "a clip"];
    reporter.report("wrong-type", span, { what: "`clip` of `evaluate`", expected, actual }, { related });
  } else if (
    typeof model.time === "number" &&
    clip !== undefined &&
    (clip.whole === true || clip.length !== model.time)
  ) {
    const frames = clip.whole === true ? "as many as the video" : clip.length;
    reporter.report("other-window", span, { length: model.time, clip: frames }, { related });
  }
}

const merges = ["mean", "centre", "first"] as const;

/** `evaluate: {clip:, merge:, weights:, tta:, every:}` (language rule 50). */
function evaluateOf(
  thing: Thing | undefined,
  average: Thing | undefined,
  built: StageBuild,
  scope: Env,
  later: string[],
): EvaluatePlan {
  const { model, stage } = built;
  const reporter: Reporter = scope.session.reporter;
  const kept = average?.kind === "number";
  const weights = kept ? "ema" : "last";
  let plan: EvaluatePlan = { every: { unit: "epochs", value: 1 }, clip: model.clip, merge: "mean", weights };
  if (thing?.kind !== "map") return plan;
  for (const [key, value] of thing.entries) {
    const span = thing.places.get(key) ?? stage.span;
    const notYet = (what: string) => {
      reporter.report("not-yet", span, { what });
      later.push(`evaluate.${key}: ${canonical(completed(value))}`);
    };
    switch (key) {
      case "clip": {
        const clip = clipOf(value, stage, scope);
        checkJudgedClip(built, clip, span, reporter);
        plan = { ...plan, clip };
        break;
      }
      case "every": {
        plan = { ...plan, every: durationOf(value) ?? plan.every };
        break;
      }
      case "merge": {
        const merge = value.kind === "label" ? merges.find((each) => each === value.name) : undefined;
        if (merge !== undefined) plan = { ...plan, merge };
        break;
      }
      case "weights": {
        if (value.kind !== "label") break;
        if (value.name === "ema" && average === undefined)
          reporter.report("missing-key", span, {
            where: `${stage.label}, which is judged by its moving average,`,
            key: "ema",
          });
        if (value.name === "last") plan = { ...plan, weights: "last" };
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
