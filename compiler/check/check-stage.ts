import type { Span } from "../diagnostics/source.ts";
import type { TaskMeaning } from "../library/task.ts";
import type { DataPlan } from "../lower/plan-data.ts";
import { warnBalancedTwice } from "./balanced-twice.ts";
import { buildLoss, type LossBuild } from "./build-loss.ts";
import { buildStage } from "./build-stage.ts";
import { dataPlan } from "./data-plan.ts";
import { type FilledLabels, filledLabels } from "./filled-labels.ts";
import { checkGradients } from "./gradients.ts";
import { isBroken } from "./incomplete.ts";
import { checkLeakage } from "./leakage.ts";
import type { LeastRows } from "./loss-making.ts";
import { memoKind } from "./memo.ts";
import type { StageBuild } from "./model-build.ts";
import { partsOf } from "./model-data.ts";
import { plainSettings } from "./plain-settings.ts";
import { checkRandomHeads } from "./random-heads.ts";
import { attempt, Refusal } from "./reporter.ts";
import { type Session, spend } from "./session.ts";
import { type Sources, sourcesOf } from "./sources.ts";
import { entriesOf, entryOf, stageScope, valueSpan } from "./stage-entry.ts";
import { anchorsOf } from "./stands-in.ts";
import type { ChosenThing, StageThing } from "./things.ts";
import { type Trained, trainedOf } from "./trained.ts";
import { type Training, trainingOf } from "./training.ts";
import { warnUnmetPlateaus } from "./unmet-plateaus.ts";
import { checkUnreadNumbers } from "./unread-numbers.ts";
import { overWholeBatch } from "./whole-sums.ts";

/** A stage with everything checked: what lowering turns into graphs and a plan. */
export interface CheckedStage {
  readonly stage: StageThing;
  readonly built: StageBuild;
  readonly loss: LossBuild;
  readonly training: Training;
  readonly sources: Sources;
  readonly trained: Trained;
  readonly data: DataPlan;
  /** What other stages fill in where labels are missing. */
  readonly fills: readonly FilledLabels[];
  readonly tasks: readonly { readonly name: string; readonly meaning: TaskMeaning }[];
  /** Stages that must be finished before. */
  readonly needs: readonly StageThing[];
  /** Choices that must be made before. */
  readonly choices: readonly ChosenThing[];
}

const checks = memoKind<CheckedStage | undefined>();

/** Checks one stage to the end; undefined where a mistake was reported. */
export function checkStage(session: Session, stage: StageThing, span: Span): CheckedStage | undefined {
  const make = (): CheckedStage | undefined =>
    attempt(
      () => check(session, stage, span),
      () => undefined,
    );
  const { key, label } = stage;
  return checks(session).get(key, make, {
    decidedBy: () => key,
    writtenIn: () => anchorsOf(stage),
    label,
    inTheMaking: () => {
      const chain = "it starts from, or is labelled by, what it makes itself";
      session.reporter.report("cycle", span, { name: stage.label, chain });
      return undefined;
    },
  });
}

/** A stage that has been checked, by identity. */
export function checkedStage(session: Session, key: string): CheckedStage | undefined {
  return checks(session).peek(key)?.value;
}

/** A stage without its model: its loss, gradients, weights and settings. */
const stepsOfStage = 200;

function check(session: Session, stage: StageThing, span: Span): CheckedStage {
  spend(session, span, stepsOfStage);
  const { built, labelled } = attempt(
    () => {
      const built = buildStage(session, stage, span);
      const labelled = partsOf(built.model.data).flatMap((part) => dataPlan(session, part).tasks);
      return { built, labelled };
    },
    () => {
      checkApartFromModel(session, stage);
      throw new Refusal();
    },
  );
  const before = session.reporter.errors;
  const { model } = built;
  const heads = [...model.heads.values()];
  for (const { task, span: at } of heads) {
    const known = partsOf(model.data).every(({ declaration, env }) => !isBroken(declaration, env.file));
    if (known && !labelled.some(({ name }) => name === task.name)) {
      session.reporter.report(
        "task-not-in-data",
        at,
        { data: model.data.label, task: task.name },
        {
          help: `it labels ${labelled.map(({ name }) => `\`${name}\``).join(", ") || "nothing"}`,
          related: [{ span: stage.span, text: `reached through ${stage.label}` }],
        },
      );
    }
  }
  if (session.reporter.errors > before) {
    checkApartFromModel(session, stage);
    throw new Refusal();
  }
  const ofPass = buildLoss(session, built);
  const choices = new Map<string, ChosenThing>();
  const sources = sourcesOf(built, ofPass.scope, (choice) => choices.set(choice.key, choice));
  const settings = attempt(
    () => trainingOf(built, ofPass.scope, [...ofPass.terms.keys()], sources.size > 0),
    () => undefined,
  );
  const { rate, weightDecay } = settings ?? {
    rate: { kind: "constant", value: 1e-4, warmup: undefined },
    weightDecay: 0,
  };
  const trained = trainedOf(built, ofPass.scope, sources, rate, weightDecay, settings?.duration);
  const training = settings ?? session.reporter.silent();
  const loss = training.accumulate > 1 ? overWholeBatch(ofPass, model.g) : ofPass;
  // How long videos are is not known here.
  const frames = model.clip?.whole === true ? Number.POSITIVE_INFINITY : (model.clip?.length ?? 1);
  const rows = (training.batch / training.accumulate) * frames;
  if (stage.declaration.verb === "train") checkRows(session, stage, rows, loss.leastRows);
  checkGradients(session, built, loss, trained, training.balance);
  warnBalancedTwice(session, stage, training.sample, loss);
  warnUnmetPlateaus(session, stage, training.keep, trained, loss);
  if (loss.complete) checkUnreadNumbers(session, stage, loss.scope);
  checkRandomHeads(session, built);
  if (training.accumulate > 1) tellOfPasses(session, built, loss, training);
  if (model.clip !== undefined && !model.overTime) {
    const span = entryOf(stage, "clip")?.span ?? stage.span;
    const related = [{ span: stage.span, text: `${stage.label} is made here` }];
    const help = "add a temporal module, or train on frames without a clip";
    session.reporter.report("clip-without-time", span, { stage: stage.label }, { help, related });
  }
  const needs = new Map<string, StageThing>();
  for (const { producer } of model.features.values()) needs.set(producer.key, producer);
  for (const { stage: source } of sources.values()) if (source !== undefined) needs.set(source.key, source);
  const fills = filledLabels(session, model.data);
  for (const { stage: source } of fills) needs.set(source.key, source);
  for (const { stages } of choices.values()) for (const each of stages) needs.set(each.key, each);
  for (const need of needs.values()) {
    if (checkStage(session, need, stage.span) === undefined) throw new Refusal();
  }
  for (const { task, stage: source, span } of fills) {
    if (checkStage(session, source, span)?.tasks.some(({ name }) => name === task) === true) continue;
    const related = [{ span: source.span, text: `${source.label} is made here` }];
    session.reporter.report("no-head", span, { task }, { related });
  }
  const checked: CheckedStage = {
    stage,
    built,
    loss,
    training,
    sources,
    trained,
    data: training.data,
    fills,
    tasks: heads.map(({ task }) => ({ name: task.name, meaning: task.meaning })),
    needs: [...needs.values()],
    choices: [...choices.values()],
  };
  checkLeakage(session, checked, undefined, (need) => checkStage(session, need, stage.span));
  return checked;
}

/** Keys whose values are what they are whatever the model is. */
const apartFromModel = ["where", "augment", "mix", "sample", "clip", "evaluate", "validate"] as const;

/** Where the model cannot be built, what the block says apart from it is checked all the same. */
function checkApartFromModel(session: Session, stage: StageThing): void {
  const scope = stageScope(session, stage);
  const entry = entriesOf(stage, scope);
  plainSettings(stage, entry, scope, false);
  for (const key of apartFromModel) entry(key);
}

/** What is a matter of many rows at once is one of fewer where a batch is computed in passes (language rule 13). */
function tellOfPasses(
  { reporter }: Session,
  { stage, model }: StageBuild,
  loss: LossBuild,
  { batch, accumulate }: Training,
): void {
  const losses = loss.leastRows.map((each) => `\`${each.loss}\``);
  const what = new Set([...losses, ...(model.states.size > 0 ? ["`batch_norm`"] : [])]);
  if (what.size === 0) return;
  const rows = batch / accumulate;
  reporter.report("statistics-of-a-pass", valueSpan(stage, "accumulate"), {
    what: [...what].join(", "),
    rows,
    batch,
  });
}

/** One message for all losses that so few rows say nothing to. */
function checkRows(session: Session, stage: StageThing, rows: number, losses: readonly LeastRows[]): void {
  const [first, ...others] = losses.filter((loss) => rows < loss.rows);
  if (first === undefined) return;
  const span = entryOf(stage, "batch")?.span ?? stage.span;
  const related = [first, ...others].map((loss) => ({ span: loss.span, text: `needs ${loss.rows} rows or more` }));
  const help = "raise `batch`, or give longer clips";
  session.reporter.report("batch-too-small", span, { batch: rows, loss: `\`${first.loss}\`` }, { help, related });
}
