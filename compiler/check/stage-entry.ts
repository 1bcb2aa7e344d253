import type { Span } from "../diagnostics/source.ts";
import type { Entry } from "../syntax/ast.ts";
import { type Env, inner } from "./env.ts";
import { evaluateAs, forEachSuffix } from "./evaluate.ts";
import { type StageKey, stageKeys } from "./keys.ts";
import { nearest, suggestion } from "./nearest.ts";
import { placeOf } from "./overrides.ts";
import { own } from "./own.ts";
import { withDefaults } from "./parameters.ts";
import { attempt } from "./reporter.ts";
import type { Session } from "./session.ts";
import { changed } from "./settings.ts";
import { isStageKey } from "./stages.ts";
import type { StageThing, Thing } from "./things.ts";

/** The scope of a stage's block: its parameters. */
export function stageScope(session: Session, stage: StageThing): Env {
  const env = withDefaults(stage.declaration.parameters, stage.bound, stage.env);
  return { ...env, session };
}

/** Reads keys of a stage's block, each once however often it is asked for; undefined where one is not set or has a mistake. */
export function entriesOf(stage: StageThing, scope: Env): (key: StageKey) => Thing | undefined {
  const read = new Map<StageKey, Thing | undefined>();
  return (key) => {
    if (!read.has(key))
      read.set(
        key,
        attempt(
          () => stageEntry(stage, key, scope),
          () => undefined,
        ),
      );
    return read.get(key);
  };
}

/** The value of a key of the stage's block with its overrides; undefined if it is not set. */
export function stageEntry(stage: StageThing, key: StageKey, scope: Env): Thing | undefined {
  const { session } = scope;
  // What changes nothing is told by `checkAppliedKeys`, and not looked into.
  if (stage.declaration.verb === "apply" && !usedToApply.has(key)) return undefined;
  const { type } = stageKeys[key];
  const what = `\`${key}\``;
  const whole = stage.changes.findLast(({ path }) => path.length === 1 && path[0] === key);
  let value: Thing | undefined;
  if (whole !== undefined) value = evaluateAs(whole.expr, underlay(whole.env, scope), type, what);
  else {
    const entry = entryOf(stage, key);
    if (entry !== undefined) {
      forEachSuffix(entry.suffixes, scope, (place) => {
        value = evaluateAs(entry.value, place, type, what);
      });
    }
  }
  for (const change of stage.changes) {
    const { path, expr, env } = change;
    if (path[0] !== key || path.length < 2) continue;
    const text = path.join(".");
    if (value === undefined) {
      // A key that is misspelt has been told.
      if (changesMisspelt(stage)) session.reporter.silent();
      return session.reporter.refuse(
        "override-target",
        placeOf(change, 0),
        { path: text, what: stage.label },
        { help: `the stage sets no \`${key}\`` },
      );
    }
    value = changed(
      session,
      value,
      path.slice(1),
      (wanted) => evaluateAs(expr, underlay(env, scope), wanted, `\`${text}\``),
      { text, places: path.slice(1).map((_, i) => placeOf(change, i + 1)), open: true },
    );
  }
  return value;
}

/** The entry that sets a key in the block. */
export function entryOf(stage: StageThing, key: StageKey): Entry | undefined {
  return stage.declaration.body?.entries.find(
    ({ path }) => path.segments.length === 1 && path.segments[0]?.name.text === key,
  );
}

/** Where the value of a key stands: in the last override of it, else in the block, else where the stage is made. */
export function valueSpan(stage: StageThing, key: StageKey): Span {
  const change = stage.changes.findLast(({ path }) => path[0] === key);
  return change?.expr.span ?? entryOf(stage, key)?.value.span ?? stage.span;
}

/** An override stands where it was written and sees, behind that, the names of the stage it changes. */
function underlay(env: Env, scope: Env): Env {
  const names: [string, Thing][] = [];
  for (let local = env.local; local !== undefined; local = local.around) {
    for (const [name, thing] of local.names) if (!names.some(([known]) => known === name)) names.push([name, thing]);
  }
  return inner({ ...scope, file: env.file }, names);
}

/** Reports keys that a stage's block cannot have, and keys set twice; gives those that wrong ones were probably meant for. */
export function checkStageKeys(session: Session, stage: StageThing): ReadonlySet<string> {
  const seen = new Map<string, Entry>();
  const meant = new Set<string>();
  for (const entry of stage.declaration.body?.entries ?? []) {
    const first = entry.path.segments[0];
    const key = first?.name.text ?? "";
    if (!isStageKey(key) || entry.path.segments.length > 1) {
      meant.add(meantKey(entry));
      session.reporter.report(
        "unknown-key",
        entry.path.span,
        { where: "a stage", key: pathText(entry) },
        { help: usualName(key) ?? suggestion(key, Object.keys(stageKeys)) },
      );
    } else {
      const before = seen.get(key);
      if (before !== undefined) {
        session.reporter.report(
          "duplicate-key",
          entry.path.span,
          { key },
          { related: [{ span: before.path.span, text: "first set here" }] },
        );
      }
      seen.set(key, entry);
    }
  }
  return meant;
}

/** Whether a change lies inside a key that the block probably has under a wrong name. */
export function changesMisspelt({ changes, declaration }: StageThing): boolean {
  const wrong = (declaration.body?.entries ?? []).filter(({ path }) => !isStageKey(path.segments[0]?.name.text ?? ""));
  return changes.some(
    ({ path: [key, inside] }) => inside !== undefined && wrong.some((each) => meantKey(each) === key),
  );
}

/** The key that an entry was probably written for. */
function meantKey({ path }: Entry): string {
  const key = path.segments[0]?.name.text ?? "";
  if (isStageKey(key)) return key;
  return /^\w+/.exec(own(elsewhere, key.toLowerCase()) ?? "")?.[0] ?? nearest(key, Object.keys(stageKeys)) ?? key;
}

function pathText({ path }: Entry): string {
  return path.segments.map(({ name }) => name.text).join(".");
}

/** Our key for what other tools call otherwise. */
function usualName(key: string): string | undefined {
  const ours = own(elsewhere, key.toLowerCase());
  return ours === undefined ? undefined : `that is \`${ours}\` here`;
}

/** Keys of other tools, and what says the same here. */
export const elsewhere: Readonly<Record<string, string>> = {
  epoch: "duration: 30 epochs",
  epochs: "duration: 30 epochs",
  max_epochs: "duration: 30 epochs",
  steps: "duration: 1000 steps",
  lr: "optimizer: adamw(1e-4)",
  learning_rate: "optimizer: adamw(1e-4)",
  scheduler: "optimizer: adamw(cosine(1e-4))",
  optim: "optimizer",
  optimiser: "optimizer",
  batch_size: "batch",
  losses: "loss",
  criterion: "loss",
  loss_weights: "loss: {au: 0.5 * bce(au)}",
  weights: "init, or an encoder's weights",
  freeze: "params: {face: frozen}",
  frozen: "params: {face: frozen}",
  augmentation: "augment",
  augmentations: "augment",
  transforms: "augment",
  grad_clip: "max_grad_norm",
  gradient_clip: "max_grad_norm",
  early_stopping: "patience: 5 epochs",
  checkpoint: "keep",
  metric: "keep: best(score(au))",
  val: "validate",
  sampler: "sample",
  window: "clip: clip(16, hop: 8)",
};

/** Keys that say how a model is used, not how it is trained. */
const usedToApply: ReadonlySet<string> = new Set(["init", "clip", "evaluate", "batch", "precision"]);

/** Warns of what says how to train a model that is only applied (language rule 45). */
export function checkAppliedKeys({ reporter }: Session, { declaration }: StageThing): void {
  if (declaration.verb !== "apply") return;
  for (const { path } of declaration.body?.entries ?? []) {
    const key = path.segments[0]?.name.text ?? "";
    if (isStageKey(key) && !usedToApply.has(key))
      reporter.report("changes-nothing", path.span, { path: key }, { help: "a model that is applied is not trained" });
  }
}
