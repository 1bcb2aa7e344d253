import type { CheckedStage } from "../check/check-stage.ts";
import { type StageKey, stageKeys } from "../check/keys.ts";
import { meaningText } from "../explain/declaration-text.ts";
import { type ResolvedStage, resolvedStage } from "../explain/resolved-stage.ts";
import type { TaskPlan } from "../lower/plan-data.ts";
import { type Change, changeOf, compareTextMaps } from "./change.ts";
import { comparePlain, samePlain } from "./compare-plain.ts";
import { compareTexts } from "./compare-texts.ts";

/** What two stages' blocks and data differ in, key by key; of the loss, the terms that `terms` says compute something else. */
export function compareSettings(a: CheckedStage, b: CheckedStage, terms: ReadonlyMap<string, Change>) {
  const [x, y] = [resolvedStage(a), resolvedStage(b)];
  return {
    settings: [
      ...changeOf("verb", x.verb, y.verb),
      ...dataChanges(a, b),
      ...compareTextMaps("tasks", meanings(a.tasks), meanings(b.tasks)),
      ...keys.flatMap((key) => keyChanges(key, [a, x], [b, y])),
    ],
    loss: [...terms].flatMap(([term, change]) => termChanges(term, change, x, y)),
  };
}

type Meaning = (checked: CheckedStage) => unknown;

/** What the value of a key comes to; what this version checks and does not carry out is told by its text alone. */
const meaningsOf: Readonly<Partial<Record<StageKey, Meaning>>> = {
  where: ({ training }) => training.rows,
  clip: ({ built }) => built.model.clip,
  augment: ({ training: { augment, hide } }) => ({ augment, hide }),
  mix: ({ training }) => training.mix,
  views: ({ training }) => training.views,
  validate: ({ data }) => data.judged,
  accumulate: ({ training }) => training.accumulate,
  precision: ({ training }) => training.precision,
  balance: ({ training }) => training.balance,
  sample: ({ training }) => training.sample,
  optimizer: ({ training: { optimiser, rate, weightDecay, sharpness } }) => ({
    optimiser,
    rate,
    weightDecay,
    sharpness,
  }),
  batch: ({ training }) => training.batch,
  duration: ({ training }) => training.duration,
  seed: ({ training }) => training.seed,
  keep: ({ training }) => training.keep,
  patience: ({ training }) => training.patience,
  max_grad_norm: ({ training }) => training.maxGradientNorm,
  ema: ({ training }) => training.ema,
  // A clip that is the stage's own is told of there.
  evaluate: ({ training: { evaluate }, built: { model } }) =>
    samePlain(evaluate.clip, model.clip) ? { ...evaluate, clip: undefined } : evaluate,
};

/** Weights, their rates and where they begin are compared one by one, not by what the block says of them. */
const keys = Object.keys(stageKeys)
  .filter((key): key is StageKey => Object.hasOwn(stageKeys, key))
  .filter((key) => key !== "loss" && key !== "init");

/** What is said under a key and not carried out by this version. */
function laterOf({ training }: CheckedStage, key: StageKey): readonly string[] {
  return training.later.filter((text) => new RegExp(`^${key}[.:]`).test(text));
}

type Resolved = readonly [CheckedStage, ResolvedStage];

function keyChanges(key: StageKey, [a, x]: Resolved, [b, y]: Resolved): readonly Change[] {
  const [m, n] = [meaningsOf[key]?.(a), meaningsOf[key]?.(b)];
  const [p, q] = [laterOf(a, key), laterOf(b, key)];
  if (samePlain(m, n) && samePlain(p, q)) return [];
  const [before, after] = [textOf(x, key), textOf(y, key)];
  const told =
    before === undefined || after === undefined ? changeOf(key, before, after) : compareTexts(key, before, after);
  const own = key === "evaluate" ? told.filter(({ path }) => !isOwnClip(path, a, b)) : told;
  return own.length > 0 ? own : [...comparePlain(key, m, n), ...comparePlain(key, p, q)];
}

function isOwnClip(path: string, a: CheckedStage, b: CheckedStage): boolean {
  const own = ({ training, built }: CheckedStage) => samePlain(training.evaluate.clip, built.model.clip);
  return path.startsWith("evaluate.clip") && own(a) && own(b);
}

function textOf({ entries }: ResolvedStage, key: string): string | undefined {
  return entries.find((entry) => entry.key === key)?.value;
}

function termChanges(term: string, change: Change, x: ResolvedStage, y: ResolvedStage): readonly Change[] {
  const termOf = ({ entries }: ResolvedStage) =>
    entries.find(({ key }) => key === "loss")?.entries?.find(({ key }) => key === term)?.value;
  const [before, after] = [termOf(x), termOf(y)];
  const path = `loss.${term}`;
  if (before === undefined || after === undefined || before === after)
    return before === after ? [{ ...change, path }] : changeOf(path, before, after);
  const told = compareTexts(path, before, after);
  // A weight of 1 that is written is a multiplication more.
  return told.length > 0 ? told : changeOf(path, before, after);
}

function dataChanges(a: CheckedStage, b: CheckedStage): readonly Change[] {
  const [x, y] = [a, b].map(({ data, built }) => {
    const { data: given } = built.model;
    // The shares of a blend are in its name.
    return {
      ...data,
      judged: undefined,
      name: given.kind === "blend" ? given.label : data.name,
      tasks: meanings(data.tasks),
    };
  });
  return comparePlain("data", x, y);
}

function meanings(tasks: readonly TaskPlan[]): ReadonlyMap<string, string> {
  return new Map(tasks.map(({ name, meaning }) => [name, meaningText(meaning)]));
}
