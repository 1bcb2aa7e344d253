import { usualLoss } from "../check/build-loss.ts";
import type { CheckedStage } from "../check/check-stage.ts";
import { completed } from "../check/completed.ts";
import { evaluate } from "../check/evaluate.ts";
import { evaluateKeys, type StageKey, stageKeys } from "../check/keys.ts";
import { withDefaults } from "../check/parameters.ts";
import { peakOf } from "../check/schedules.ts";
import { stageEntry, stageScope } from "../check/stage-entry.ts";
import { none, type Thing } from "../check/things.ts";
import type { KeepPlan } from "../lower/plan.ts";
import { exprText } from "./expr-text.ts";
import { type MapEntry, patternEntries, tensorEntries } from "./map-entries.ts";
import { clipText, durationText, metricText, optimiserText, rowsText } from "./plan-text.ts";
import { thingText } from "./thing-text.ts";

/** One key of a block. */
export interface ResolvedEntry {
  readonly key: string;
  /** As text of the language. */
  readonly value: string;
  /** The entries of a map, if it is one. */
  readonly entries: readonly MapEntry[] | undefined;
  /** The items of a list, if it is one. */
  readonly items: readonly string[] | undefined;
}

/** A stage with everything written out: parameters, loops and conditions replaced by what they come to, defaults as if they had been given. */
export interface ResolvedStage {
  readonly verb: "train" | "apply";
  readonly model: string;
  readonly data: string;
  readonly entries: readonly ResolvedEntry[];
}

export function resolvedStage(checked: CheckedStage): ResolvedStage {
  const { stage, built, loss } = checked;
  const { declaration } = stage;
  const outer = stageScope(loss.scope.session, stage);
  return {
    verb: declaration.verb,
    model: modelText(evaluate(declaration.model, outer)) ?? exprText(declaration.model, outer),
    data: built.model.data.label,
    entries: Object.keys(stageKeys)
      .filter(isKey)
      .flatMap((key) => resolvedEntry(key, checked) ?? []),
  };
}

function isKey(key: string): key is StageKey {
  return Object.hasOwn(stageKeys, key);
}

/** A model with every parameter. */
function modelText(thing: Thing): string | undefined {
  if (thing.kind === "declaration" && thing.declaration.kind === "model") return `${thing.declaration.name.text}()`;
  if (thing.kind !== "model") return undefined;
  const { declaration, bound, env } = thing;
  const scope = withDefaults(declaration.parameters, bound, env);
  const texts = declaration.parameters.map(({ name, fallback }) => {
    const text = thingText(completed(scope.local?.names.get(name.text) ?? none));
    return fallback === undefined || text === undefined ? text : `${name.text}: ${text}`;
  });
  return texts.includes(undefined) ? undefined : `${declaration.name.text}(${texts.join(", ")})`;
}

function resolvedEntry(key: StageKey, checked: CheckedStage): ResolvedEntry | undefined {
  const applied = checked.stage.declaration.verb === "apply";
  const given = givenText(key, checked) ?? (applied ? undefined : usualText(key, checked));
  if (given === undefined) return undefined;
  if (typeof given === "string") return { key, value: given, entries: undefined, items: undefined };
  if ("items" in given) return { key, value: `[${given.items.join(", ")}]`, entries: undefined, items: given.items };
  const value = `{${given.map((entry) => `${entry.key}: ${entry.value}`).join(", ")}}`;
  return { key, value, entries: given, items: undefined };
}

type Text = string | readonly MapEntry[] | { readonly items: readonly string[] } | undefined;

/** A thing as text, or as the texts of its parts. */
function partsOf(thing: Thing): Text {
  if (thing.kind === "list") return { items: thing.items.map((item) => thingText(item) ?? "") };
  if (thing.kind === "map") return [...thing.entries].map(([key, each]) => ({ key, value: thingText(each) ?? "" }));
  return thingText(thing);
}

function givenText(key: StageKey, checked: CheckedStage): Text {
  const { stage, loss } = checked;
  if (key === "loss" || key === "show") return tensorEntries(key, checked);
  if (key === "init" || key === "params" || key === "adapt") return patternEntries(key, checked);
  const thing = stageEntry(stage, key, loss.scope);
  if (key === "evaluate") return evaluateEntries(thing, checked);
  return thing === undefined ? undefined : partsOf(completed(thing));
}

function evaluateEntries(given: Thing | undefined, { training }: CheckedStage): readonly MapEntry[] {
  const { every, clip, merge, weights } = training.evaluate;
  const usual: Readonly<Record<string, string>> = { clip: clipText(clip), merge, weights, every: durationText(every) };
  return Object.keys(evaluateKeys).flatMap((key) => {
    const thing = given?.kind === "map" ? given.entries.get(key) : undefined;
    const value = (thing === undefined ? undefined : thingText(completed(thing))) ?? usual[key];
    return value === undefined ? [] : [{ key, value }];
  });
}

/** What holds where a key is not set (language rule 83); nothing for keys that a stage simply does not have. */
function usualText(key: StageKey, { training, built }: CheckedStage): Text {
  switch (key) {
    case "where":
      return built.model.heads.size === 0 ? undefined : rowsText(training.rows);
    case "loss":
      return [...built.model.heads].map(([task, head]) => ({
        key: task,
        value: thingText(completed(usualLoss(head.task, head.span))) ?? "",
      }));
    case "augment":
      return training.augment.length === 0 ? "[]" : "[flip(probability: 0.5, per: frame)]";
    case "mix":
      return "[]";
    case "params":
      return "{}";
    case "optimizer":
      return optimiserText(training.optimiser, peakOf(training.rate), training.weightDecay);
    case "batch":
      return String(training.batch);
    case "accumulate":
      return "1";
    case "duration":
      return durationText(training.duration);
    case "seed":
      return String(training.seed);
    case "keep":
      return keepText(training.keep);
    case "clip":
    case "init":
    case "balance":
    case "sample":
    case "patience":
    case "max_grad_norm":
    case "ema":
      return "none";
    case "precision":
      return "fp32";
    case "validate":
    case "views":
    case "adapt":
    case "evaluate":
    case "show":
      return undefined;
  }
}

function keepText(keep: KeepPlan): string {
  if (keep.kind === "each") return `{${[...keep.of].map(([name, one]) => `${name}: ${keepText(one)}`).join(", ")}}`;
  if (keep.kind === "least") return `least(loss.${keep.term})`;
  return keep.kind === "last" ? "last" : `best(${metricText(keep.metric)})`;
}
