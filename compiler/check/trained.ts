import type { Span } from "../diagnostics/source.ts";
import type { Duration, GroupPlan, Initialiser, ParameterPlan, Schedule, WeightSource } from "../lower/plan.ts";
import type { Expr, MapNode } from "../syntax/ast.ts";
import { borrowedFrom } from "./borrowed.ts";
import { type Env, inner } from "./env.ts";
import { evaluateAs, forEachSuffix, takenBranch } from "./evaluate.ts";
import { patternKeys, patternValue } from "./keys.ts";
import { isOfAdapter, type StageBuild } from "./model-build.ts";
import { suggestion } from "./nearest.ts";
import { firstNames, namesAbove, nearPattern, type Pattern, patternOf, plainPattern } from "./pattern.ts";
import { outlasts } from "./plain-settings.ts";
import { attempt, type Reporter } from "./reporter.ts";
import { durationIn, peakOf } from "./schedules.ts";
import { spend } from "./session.ts";
import type { Sources } from "./sources.ts";
import { entryOf } from "./stage-entry.ts";
import { placeIn, type StageThing } from "./things.ts";

export interface Trained {
  readonly parameters: readonly ParameterPlan[];
  readonly groups: readonly GroupPlan[];
  /** Whether a layer's path is frozen: then its ops are in evaluation mode. */
  readonly frozen: (path: string) => boolean;
  /** Until when a layer's path is frozen, if it is so for a time. */
  readonly since: (path: string) => Duration | undefined;
  /** The layer that is computed again for the backward pass, of the path of something in it. */
  readonly recomputed: (path: string) => string | undefined;
}

interface Choice {
  frozen: boolean;
  until: Duration | undefined;
  lr: number | undefined;
  scale: number;
  weightDecay: number | undefined;
  l2: number;
  recompute: boolean;
}

interface Rule {
  readonly pattern: Pattern;
  readonly change: Partial<Choice>;
}

/** What rules are made for. */
interface Making {
  readonly stage: StageThing;
  readonly duration: Duration | undefined;
}

/** `params:` and `adapt:`; later lines win, property by property (language rules 57, 59, 62). */
export function trainedOf(
  built: StageBuild,
  scope: Env,
  sources: Sources,
  rate: Schedule,
  weightDecay: number,
  duration: Duration | undefined,
): Trained {
  const { model } = built;
  const rules = rulesOf(built, scope, { stage: built.stage, duration });
  const groups: GroupPlan[] = [];
  const known: string[] = [];
  const choiceOf = (path: string): Choice => {
    const choice: Choice = {
      frozen: false,
      until: undefined,
      lr: undefined,
      scale: 1,
      weightDecay: undefined,
      l2: 0,
      recompute: false,
    };
    for (const { pattern, change } of rules) if (pattern.covers(path)) Object.assign(choice, change);
    if (borrowedFrom(path, model.borrowed) !== undefined) choice.frozen = true;
    return choice;
  };
  const apply = built.stage.declaration.verb === "apply";
  const parameters = [...model.parameters.values()].map(({ path, shape, from }): ParameterPlan => {
    const choice = choiceOf(path);
    const source: WeightSource | Initialiser = sources.get(path)?.from ?? from;
    if (choice.frozen || apply) return { path, shape, from: source, group: undefined };
    const peak = peakOf(rate);
    const factor = (choice.lr === undefined || peak === 0 ? 1 : choice.lr / peak) * choice.scale;
    const decay = choice.weightDecay ?? weightDecay;
    const { until, l2 } = choice;
    const key = JSON.stringify([factor, decay, until, l2]);
    let group = known.indexOf(key);
    if (group < 0) {
      group = known.push(key) - 1;
      groups.push({
        rate: factor === 1 ? rate : { kind: "scaled", factor, schedule: rate },
        weightDecay: decay,
        ...(l2 === 0 ? {} : { l2 }),
        ...(until === undefined ? {} : { since: until }),
      });
    }
    return { path, shape, from: source, group };
  });
  return {
    parameters,
    groups,
    frozen: (path) => apply || (path !== "" && choiceOf(path).frozen),
    since: (path) => (apply || path === "" ? undefined : choiceOf(path).until),
    recomputed: recomputedOf(rules, choiceOf),
  };
}

/** Of a path, the outermost layer that is to be computed again. */
function recomputedOf(rules: readonly Rule[], choiceOf: (path: string) => Choice): Trained["recomputed"] {
  if (!rules.some(({ change }) => change.recompute)) return () => undefined;
  const known = new Map<string, string | undefined>();
  return (path) => {
    if (path !== "" && !known.has(path))
      known.set(
        path,
        namesAbove(path).find((layer) => choiceOf(layer).recompute),
      );
    return known.get(path);
  };
}

function rulesOf(built: StageBuild, scope: Env, making: Making): readonly Rule[] {
  const { stage, model } = built;
  const reporter: Reporter = scope.session.reporter;
  const rules: Rule[] = [];
  const { adapters } = model;
  const paths = [...model.parameters.keys()];
  const put = (pattern: Pattern, change: Partial<Choice>, span: Span) => {
    // Each rule is held to each weight.
    spend(scope.session, span, paths.length >> 3);
    const adapted = adapters.mistakes > 0 && pattern.text.split(".").some(isOfAdapter);
    if (!adapted && !paths.some((path) => pattern.covers(path))) {
      const related = [{ span: stage.span, text: `in ${stage.label}` }];
      const ofAdapter = adapters.layers.size === 0 && pattern.text.split(".").some(isOfAdapter);
      const near = ofAdapter
        ? { help: "`adapt` adds such weights, and this stage has none" }
        : nearPattern(pattern, span, paths);
      const help = near.help ?? `weights begin with ${firstNames(paths)}`;
      reporter.report("pattern-matches-nothing", span, { pattern: pattern.text }, { ...near, help, related });
    } else if (change.recompute === true && !adapted && !paths.some((path) => coversLayer(pattern, path))) {
      const help = "a single weight has nothing to compute again: name the layer";
      reporter.report("changes-nothing", span, { path: `${pattern.text}.recompute` }, { help });
    }
    rules.push({ pattern, change });
  };
  const whole = stage.changes.findLast(({ path }) => path.length === 1 && path[0] === "params");
  const given = whole?.expr ?? entryOf(stage, "params")?.value;
  const place = whole === undefined ? scope : inner(scope, whole.env.local?.names ?? []);
  const node: Expr | undefined = given === undefined ? undefined : takenBranch(given, place);
  if (node?.kind === "map") addRules(node, place, paths, put, making);
  else if (node !== undefined && node.kind !== "none") {
    reporter.refuse("wrong-type", node.span, {
      what: "`params`",
      expected: "a map from patterns, such as {face: frozen}",
      actual: node.kind,
    });
  }
  for (const change of stage.changes) {
    if (change.path[0] !== "params" || change.path.length < 2) continue;
    const last = change.path.at(-1) ?? "";
    const property = isProperty(last);
    const pattern = plainPattern(change.path.slice(1, property ? -1 : undefined).join("."), paths);
    put(
      pattern,
      property
        ? propertyChange(last, change.expr, inner(scope, change.env.local?.names ?? []))
        : changeOf(change.expr, scope, pattern, making),
      change.span,
    );
  }
  return rules;
}

/** Whether a pattern covers a layer that a weight is of. */
function coversLayer(pattern: Pattern, path: string): boolean {
  return namesAbove(path)
    .slice(0, -1)
    .some((layer) => pattern.covers(layer));
}

function addRules(
  node: MapNode,
  scope: Env,
  paths: readonly string[],
  put: (pattern: Pattern, change: Partial<Choice>, span: Span) => void,
  making: Making,
): void {
  const { reporter } = scope.session;
  const seen = new Map<string, Span>();
  for (const entry of node.entries) {
    forEachSuffix(entry.suffixes, scope, (here) => {
      attempt(
        () => {
          const pattern = patternOf(entry.path, here, paths);
          for (const part of partsOf(entry.value)) {
            const name = `${pattern.name} ${part}`;
            const before = seen.get(name);
            if (before !== undefined) {
              const related = [{ span: before, text: "first set here" }];
              reporter.report("duplicate-key", entry.path.span, { key: pattern.text }, { related });
            }
            seen.set(name, entry.path.span);
          }
          put(pattern, changeOf(entry.value, here, pattern, making), entry.path.span);
        },
        () => undefined,
      );
    });
  }
}

/** The properties that a line sets, or whether what is covered is trained at all. */
function partsOf(value: Expr): readonly string[] {
  if (value.kind !== "map") return ["trained"];
  return [...new Set(value.entries.map(({ path }) => path.segments[0]?.name.text ?? ""))];
}

type Property = keyof typeof patternKeys;

function isProperty(key: string): key is Property {
  return Object.hasOwn(patternKeys, key);
}

function propertyChange(key: Property, expr: Expr, env: Env): Partial<Choice> {
  const reporter: Reporter = env.session.reporter;
  const thing = evaluateAs(expr, env, patternKeys[key].type, `\`${key}\``);
  if (key === "recompute") return { recompute: thing.kind === "bool" && thing.value };
  const value = thing.kind === "number" ? thing.value : 0;
  if (value < 0)
    reporter.refuse("out-of-range", expr.span, { what: `\`${key}\``, expected: "at least 0", actual: value });
  if (value === 0 && (key === "lr" || key === "lr_scale"))
    reporter.refuse(
      "out-of-range",
      expr.span,
      { what: `\`${key}\``, expected: "above 0", actual: value },
      { help: "what is not to be trained is frozen" },
    );
  if (key === "lr") return { lr: value };
  if (key === "l2") return { l2: value };
  return key === "lr_scale" ? { scale: value } : { weightDecay: value };
}

function changeOf(expr: Expr, env: Env, pattern: Pattern, making: Making): Partial<Choice> {
  const { stage, duration } = making;
  const reporter: Reporter = env.session.reporter;
  if (expr.kind !== "map") {
    const thing = evaluateAs(expr, env, patternValue, "what a pattern is set to");
    if (thing.kind === "call") {
      const until = durationIn(thing, "until");
      const place = placeIn(thing, "until");
      if (until?.unit === "hours")
        reporter.report("out-of-range", place, {
          what: "`until`",
          expected: "epochs or steps, which end at the same step in every run",
          actual: `${until.value} hours`,
        });
      else if (until !== undefined && until.value <= 0)
        reporter.report("out-of-range", place, {
          what: "`until`",
          expected: "above 0",
          actual: `${until.value} ${until.unit}`,
        });
      else if (until !== undefined && duration !== undefined && outlasts(until, duration, stage))
        reporter.report("out-of-range", place, {
          what: "`until`",
          expected: `below the training's ${duration.value} ${duration.unit}`,
          actual: `${until.value} ${until.unit}`,
        });
      return { frozen: false, until };
    }
    return { until: undefined, frozen: thing.kind === "label" && thing.name === "frozen" };
  }
  let change: Partial<Choice> = {};
  if (expr.entries.length === 0) reporter.report("changes-nothing", expr.span, { path: pattern.text });
  const seen = new Map<string, Span>();
  for (const entry of expr.entries) {
    const key = entry.path.segments[0]?.name.text ?? "";
    const before = seen.get(key);
    if (before !== undefined) {
      const related = [{ span: before, text: "first set here" }];
      reporter.report("duplicate-key", entry.path.span, { key }, { related });
    }
    seen.set(key, entry.path.span);
    if (isProperty(key)) change = { ...change, ...propertyChange(key, entry.value, env) };
    else
      reporter.refuse(
        "unknown-key",
        entry.path.span,
        { where: "a pattern", key },
        {
          help:
            suggestion(key, Object.keys(patternKeys)) ??
            `it has ${Object.keys(patternKeys)
              .map((each) => `\`${each}\``)
              .join(", ")}`,
        },
      );
  }
  return change;
}
