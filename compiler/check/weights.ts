import type { Span } from "../diagnostics/source.ts";
import { printShape, sameShape } from "../ir/dim.ts";
import type { GroupPlan, Initialiser, ParameterPlan, Schedule, WeightSource } from "../lower/plan.ts";
import type { Entry, Expr, MapNode } from "../syntax/ast.ts";
import { buildStage } from "./build-stage.ts";
import { instanceOf } from "./declarations.ts";
import { type Env, inner } from "./env.ts";
import { evaluate, evaluateAs, forEachSuffix, takenBranch } from "./evaluate.ts";
import type { StageBuild } from "./model-build.ts";
import { nearest } from "./nearest.ts";
import { type Pattern, patternOf, plainPattern } from "./pattern.ts";
import { attempt, type Reporter } from "./reporter.ts";
import { peakOf } from "./schedules.ts";
import { entryOf } from "./stage-entry.ts";
import type { StageThing, Thing } from "./things.ts";
import { float, labels, options } from "./type.ts";
import { weightsFromFile } from "./weight-files.ts";

/** Where every weight of a stage comes from: another stage, a file, or its initialiser. By path; states among them. */
export type Sources = ReadonlyMap<string, { readonly from: WeightSource; readonly stage: StageThing | undefined }>;

/** `init:` and the `weights:` of encoders (language rules 60, 61). */
export function sourcesOf(built: StageBuild, scope: Env): Sources {
  const { model, stage } = built;
  const sources = new Map<string, { from: WeightSource; stage: StageThing | undefined }>();
  for (const layer of model.encoders.values()) {
    attempt(
      () => {
        for (const [path, from] of weightsFromFile(layer, built, scope)) sources.set(path, { from, stage: undefined });
      },
      () => undefined,
    );
  }
  const whole = stage.changes.findLast(({ path }) => path.length === 1 && path[0] === "init");
  const given = whole?.expr ?? entryOf(stage, "init")?.value;
  const place = whole === undefined ? scope : inner(scope, whole.env.local?.names ?? []);
  if (given === undefined) return sources;
  const expr = takenBranch(given, place);
  if (expr.kind !== "map") {
    const thing = evaluate(expr, place);
    if (thing.kind === "none") return sources;
    copy(plainPattern(""), () => true, thing, "", expr.span, built, place, sources);
    return sources;
  }
  for (const entry of expr.entries) {
    forEachSuffix(entry.suffixes, place, (here) => {
      attempt(
        () => {
          const pattern = patternOf(entry.path, here);
          const left = leftPath(entry, here);
          copy(
            pattern,
            (path) => pattern.covers(path),
            evaluate(entry.value, here),
            left,
            entry.span,
            built,
            here,
            sources,
          );
        },
        () => undefined,
      );
    });
  }
  return sources;
}

function leftPath(entry: Entry, env: Env): string {
  return entry.path.segments
    .map(({ name, indices }) => {
      const local = env.local?.names.get(name.text);
      const text = local?.kind === "task" ? local.name : taskOr(name.text, env);
      return `${text}${indices.map((index) => `[${indexText(index, env)}]`).join("")}`;
    })
    .join(".");
}

function taskOr(name: string, env: Env): string {
  for (let scope = env.local; scope !== undefined; scope = scope.around) {
    const thing = scope.names.get(name);
    if (thing !== undefined) return thing.kind === "task" ? thing.name : name;
  }
  return name;
}

function indexText(index: Expr, env: Env): string {
  const thing = evaluate(index, env);
  return thing.kind === "number" ? String(thing.value) : "?";
}

/** Every weight on the left must exist on the right with equal shape. */
function copy(
  pattern: Pattern,
  covers: (path: string) => boolean,
  source: Thing,
  left: string,
  span: Span,
  built: StageBuild,
  env: Env,
  sources: Map<string, { from: WeightSource; stage: StageThing | undefined }>,
): void {
  const reporter: Reporter = env.session.reporter;
  const from = source.kind === "declaration" ? (instanceOf(env.session, source, span) ?? source) : source;
  if (from.kind === "poison") return;
  if (from.kind !== "member" && from.kind !== "stage") {
    reporter.refuse("wrong-type", span, {
      what: "what weights start from",
      expected: "a stage or a layer of one, such as alone(au).face",
      actual: from.kind,
    });
  }
  const stage = from.kind === "stage" ? from : from.stage;
  const right = from.kind === "stage" ? "" : from.name;
  const producer = buildStage(env.session, stage, span).model;
  const { model } = built;
  const shapes = new Map<string, readonly number[]>(
    [...model.parameters, ...model.states].map(([path, { shape }]) => [path, shape]),
  );
  const have = new Map<string, readonly number[]>(
    [...producer.parameters, ...producer.states].map(([path, { shape }]) => [path, shape]),
  );
  let found = 0;
  for (const [path, shape] of shapes) {
    if (from.kind === "member" && !covers(path)) continue;
    found += 1;
    const there = from.kind === "stage" ? path : `${right}${path.slice(left.length)}`;
    const other = have.get(there);
    const mismatch = (reason: string) =>
      reporter.refuse("init-mismatch", span, { left: `\`${path}\``, right: `\`${there}\` of ${stage.label}`, reason });
    if (other === undefined) {
      if (from.kind === "stage") continue;
      const near = nearest(there, have.keys());
      mismatch(`it has no such weight${near === undefined ? "" : `, only \`${near}\``}`);
    } else if (!sameShape(other, shape)) mismatch(`one is ${printShape(shape)}, the other ${printShape(other)}`);
    sources.set(path, { from: { kind: "stage", stage: stage.key, path: there }, stage });
  }
  if (found === 0) {
    reporter.refuse(
      "pattern-matches-nothing",
      span,
      { pattern: pattern.text },
      { help: `weights begin with ${firstNames(shapes.keys())}` },
    );
  }
}

function firstNames(paths: Iterable<string>): string {
  const names = new Set([...paths].map((path) => path.split(/[.[]/)[0] ?? path));
  return [...names].map((name) => `\`${name}\``).join(", ");
}

export interface Trained {
  readonly parameters: readonly ParameterPlan[];
  readonly groups: readonly GroupPlan[];
  /** Whether a layer's path is frozen: then its ops are in evaluation mode. */
  readonly frozen: (path: string) => boolean;
}

interface Choice {
  frozen: boolean;
  lr: number | undefined;
  scale: number;
  weightDecay: number | undefined;
}

interface Rule {
  readonly pattern: Pattern;
  readonly change: Partial<Choice>;
}

/** `params:`: later lines win, property by property (language rule 57). */
export function trainedOf(
  built: StageBuild,
  scope: Env,
  sources: Sources,
  rate: Schedule,
  weightDecay: number,
): Trained {
  const { model } = built;
  const rules = rulesOf(built, scope);
  const groups: GroupPlan[] = [];
  const known = new Map<string, number>();
  const choiceOf = (path: string): Choice => {
    const choice: Choice = { frozen: false, lr: undefined, scale: 1, weightDecay: undefined };
    for (const { pattern, change } of rules) if (pattern.covers(path)) Object.assign(choice, change);
    return choice;
  };
  const parameters = [...model.parameters.values()].map(({ path, shape, from }): ParameterPlan => {
    const choice = choiceOf(path);
    const source: WeightSource | Initialiser = sources.get(path)?.from ?? from;
    if (choice.frozen) return { path, shape, from: source, group: undefined };
    const peak = peakOf(rate);
    const factor = (choice.lr === undefined || peak === 0 ? 1 : choice.lr / peak) * choice.scale;
    const decay = choice.weightDecay ?? weightDecay;
    const key = `${factor} ${decay}`;
    let group = known.get(key);
    if (group === undefined) {
      group = groups.length;
      known.set(key, group);
      groups.push({ rate: factor === 1 ? rate : { kind: "scaled", factor, schedule: rate }, weightDecay: decay });
    }
    return { path, shape, from: source, group };
  });
  return { parameters, groups, frozen: (path) => path !== "" && choiceOf(path).frozen };
}

function rulesOf(built: StageBuild, scope: Env): readonly Rule[] {
  const { stage, model } = built;
  const reporter: Reporter = scope.session.reporter;
  const rules: Rule[] = [];
  const paths = [...model.parameters.keys()];
  const put = (pattern: Pattern, change: Partial<Choice>, span: Span) => {
    if (!paths.some((path) => pattern.covers(path))) {
      reporter.report(
        "pattern-matches-nothing",
        span,
        { pattern: pattern.text },
        {
          help: `weights begin with ${firstNames(paths)}`,
          related: [{ span: stage.span, text: `in ${stage.label}` }],
        },
      );
    }
    rules.push({ pattern, change });
  };
  const whole = stage.changes.findLast(({ path }) => path.length === 1 && path[0] === "params");
  const given = whole?.expr ?? entryOf(stage, "params")?.value;
  const place = whole === undefined ? scope : inner(scope, whole.env.local?.names ?? []);
  const node: Expr | undefined = given === undefined ? undefined : takenBranch(given, place);
  if (node?.kind === "map") addRules(node, place, put);
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
    const pattern = plainPattern(change.path.slice(1, property ? -1 : undefined).join("."));
    put(
      pattern,
      property
        ? propertyChange(last, change.expr, inner(scope, change.env.local?.names ?? []))
        : changeOf(change.expr, scope),
      change.span,
    );
  }
  return rules;
}

function addRules(
  node: MapNode,
  scope: Env,
  put: (pattern: Pattern, change: Partial<Choice>, span: Span) => void,
): void {
  for (const entry of node.entries) {
    forEachSuffix(entry.suffixes, scope, (here) => {
      attempt(
        () => put(patternOf(entry.path, here), changeOf(entry.value, here), entry.path.span),
        () => undefined,
      );
    });
  }
}

function isProperty(key: string): key is "lr" | "lr_scale" | "weight_decay" {
  return key === "lr" || key === "lr_scale" || key === "weight_decay";
}

function propertyChange(key: "lr" | "lr_scale" | "weight_decay", expr: Expr, env: Env): Partial<Choice> {
  const thing = evaluateAs(expr, env, float, `\`${key}\``);
  const value = thing.kind === "number" ? thing.value : 0;
  if (value < 0)
    env.session.reporter.refuse("out-of-range", expr.span, {
      what: `\`${key}\``,
      expected: "at least 0",
      actual: value,
    });
  if (key === "lr") return { lr: value };
  return key === "lr_scale" ? { scale: value } : { weightDecay: value };
}

function changeOf(expr: Expr, env: Env): Partial<Choice> {
  const reporter: Reporter = env.session.reporter;
  if (expr.kind === "call")
    return reporter.refuse("not-yet", expr.span, { what: "freezing for a time, and adapters," });
  if (expr.kind !== "map") {
    const thing = evaluateAs(
      expr,
      env,
      options(labels("frozen", "trained"), { kind: "map" }),
      "what a pattern is set to",
    );
    return { frozen: thing.kind === "label" && thing.name === "frozen" };
  }
  let change: Partial<Choice> = {};
  for (const entry of expr.entries) {
    const key = entry.path.segments[0]?.name.text ?? "";
    if (isProperty(key)) change = { ...change, ...propertyChange(key, entry.value, env) };
    else if (key === "l2") reporter.refuse("not-yet", entry.span, { what: "`l2`" });
    else
      reporter.refuse(
        "unknown-key",
        entry.path.span,
        { where: "a pattern", key },
        { help: "it has `lr`, `lr_scale` and `weight_decay`" },
      );
  }
  return change;
}
