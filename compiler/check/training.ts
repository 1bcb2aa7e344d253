import type { Span } from "../diagnostics/source.ts";
import type { Value } from "../ir/graph.ts";
import { balancers } from "../library/balancers.ts";
import { keepsLastAlone } from "../lower/keeps-last.ts";
import type {
  BalancerPlan,
  ClipPlan,
  Duration,
  EvaluatePlan,
  HidePlan,
  KeepPlan,
  MixPlan,
  OptimiserPlan,
  RowRule,
  SamplerPlan,
  Schedule,
  ViewPlan,
} from "../lower/plan.ts";
import type { Augmentation } from "../lower/plan-augment.ts";
import type { DataPlan } from "../lower/plan-data.ts";
import { augmentationsOf, checkPerClip, hidesOf, mixesOf, versionsOf } from "./augmentations.ts";
import { balanceOf } from "./balance.ts";
import { canonical } from "./canonical.ts";
import { clipOf, framesOf } from "./clips.ts";
import { completed } from "./completed.ts";
import { composedPlan, sharesOf } from "./composed-plan.ts";
import { judgedRows } from "./data-parts.ts";
import type { Env } from "./env.ts";
import { keepOf } from "./keep.ts";
import { evaluateKeys } from "./keys.ts";
import type { StageBuild } from "./model-build.ts";
import { mainData } from "./model-data.ts";
import { suggestion } from "./nearest.ts";
import { showsPictures } from "./networks.ts";
import { plainSettings, usualBatch } from "./plain-settings.ts";
import { attempt, Refusal, type Reporter } from "./reporter.ts";
import { checkRules, checkValidation, samplerOf } from "./row-rules.ts";
import { durationOf } from "./schedules.ts";
import { shownOf } from "./shown.ts";
import { entriesOf, entryOf, valueSpan } from "./stage-entry.ts";
import type { Thing } from "./things.ts";
import { viewsOf } from "./views.ts";

/** How a stage trains, apart from its graph and weights; every default filled in (language rule 83). */
export interface Training {
  readonly rows: RowRule;
  readonly augment: readonly Augmentation[];
  readonly hide: readonly HidePlan[];
  readonly mix: readonly MixPlan[];
  /** Passes over a batch; none where it is seen once. */
  readonly views: ReadonlyMap<string, ViewPlan>;
  /** Each data set's share of a batch; none where there is one. */
  readonly shares: readonly Schedule[];
  readonly data: DataPlan;
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
  readonly accumulate: number;
  readonly sharpness: number | undefined;
  readonly precision: "fp32" | "bf16";
  /** Pictures for the report, by title. */
  readonly shown: ReadonlyMap<string, Value>;
  /** Settings that this version checks and does not carry out, as text: they decide identity all the same. */
  readonly later: readonly string[];
}

const nothing = (): undefined => undefined;

/** `scope` sees the stage's parameters and the model's names; `terms` are those of the loss; `fromWeights` says that some weights come from elsewhere. */
export function trainingOf(built: StageBuild, scope: Env, terms: readonly string[], fromWeights: boolean): Training {
  const { stage, model } = built;
  const reporter: Reporter = scope.session.reporter;
  const before = reporter.errors;
  const entry = entriesOf(stage, scope);
  const plain = plainSettings(stage, entry, scope, fromWeights);
  const later: string[] = [];
  const tasks = [...model.heads.values()].map(({ task }) => task);
  const fields = [...model.fields.keys()];
  const validate = entry("validate");
  if (validate !== undefined) checkValidation(validate, built, tasks, scope);
  const shares = sharesOf(model.data, reporter);
  const sample = samplerOf(entry("sample"), built, scope);
  const weighed = entry("balance");
  const balance = weighed === undefined ? [] : balanceOf(weighed, terms, scope);
  const looking = balance.find(({ name }) => balancers[name].looksAt !== "nothing" || balancers[name].looksBack);
  if (plain.accumulate > 1 && looking !== undefined) {
    const what = `\`accumulate\` with \`${looking.name}\`, which looks at a whole batch,`;
    reporter.report("not-yet", entryOf(stage, "accumulate")?.span ?? stage.span, { what });
  }
  const shown = shownOf(entry("show"), built, reporter);
  const views = entry("views");
  const augment = entry("augment");
  if (views !== undefined)
    for (const key of ["augment", "mix"] as const)
      if (entry(key) !== undefined)
        reporter.report(
          "changes-nothing",
          entryOf(stage, key)?.span ?? stage.span,
          { path: key },
          { help: `each view has its own: views: {a: {${key}: [..]}}` },
        );
  const images = [...model.fields.values()].some(({ wire }) => wire.source.kind === "node") && showsPictures(model);
  const usualAugment: readonly Augmentation[] =
    images && views === undefined ? [{ kind: "flip", probability: 0.5 }] : [];
  const seen = views === undefined ? new Map<string, ViewPlan>() : viewsOf(views, fields, images, scope, later);
  const by = mainData(model.data);
  const judged = judgedRows(by) !== undefined || validate?.kind === "data";
  const keep = entry("keep");
  const keepSpan = valueSpan(stage, "keep");
  const kept = attempt(() => keepOf(keep, tasks, { judged, by }, scope, keepSpan), nothing);
  if (plain.patience !== undefined && kept !== undefined && keepsLastAlone(kept))
    reporter.report(
      "changes-nothing",
      valueSpan(stage, "patience"),
      { path: "patience" },
      { help: "without a best score there is none to wait for: keep: best(score(..))" },
    );
  const evaluate = attempt(() => evaluateOf(entry("evaluate"), entry("ema"), built, scope, later), nothing);
  const own = views === undefined ? augment : undefined;
  const augmented = own === undefined ? usualAugment : augmentationsOf(own, fields, scope);
  if (model.clip === undefined) checkPerClip(augment, scope.session);
  const hide = hidesOf(own);
  const mix = views === undefined ? mixesOf(entry("mix"), images, scope.session) : [];
  // What the plan has no words for.
  if (own?.kind === "list" && own.items.length > augmented.length + hide.length)
    later.push(`augment: ${canonical(completed(own))}`);
  if (own?.kind === "list" && own.items.length > 0 && !showsPictures(model))
    reporter.report(
      "changes-nothing",
      valueSpan(stage, "augment"),
      { path: "augment" },
      {
        help: "networks of ONNX files see each frame as it is, once: without a layer of its own before them nothing reads a changed picture",
      },
    );
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
    hide,
    mix,
    views: seen,
    shares,
    data: composedPlan(scope.session, model.data, validate?.kind === "data" ? validate : undefined),
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
    accumulate: plain.accumulate,
    sharpness: optimiser.sharpness,
    precision: plain.precision,
    shown,
    later,
  };
}

export function rowsOf(thing: Thing | undefined, all: readonly string[]): RowRule {
  // A model without a task, such as one that draws what is hidden from it, is trained on every row.
  if (thing === undefined) return all.length === 0 ? { kind: "and", rules: [] } : { kind: "any_valid", tasks: all };
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
    reporter.report("other-window", span, { length: model.time, clip: framesOf(clip) }, { related });
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
      case "tta": {
        const tta = versionsOf(value, model, span, scope, later);
        if (tta.length > 0) plan = { ...plan, tta };
        break;
      }
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
