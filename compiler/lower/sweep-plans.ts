import { canonical } from "../check/canonical.ts";
import type { CheckedStage } from "../check/check-stage.ts";
import { type Env, inner } from "../check/env.ts";
import { evaluate } from "../check/evaluate.ts";
import { metricOf } from "../check/keep.ts";
import { attempt } from "../check/reporter.ts";
import { changesMisspelt } from "../check/stage-entry.ts";
import type { AssemblyThing, StageThing, SweepPoint, SweepThing, TaskThing, Thing } from "../check/things.ts";
import type { Span as TextSpan } from "../diagnostics/source.ts";
import type { SweepNode } from "../syntax/ast.ts";
import { assemblyScope } from "./assemblies.ts";
import type { AssemblyPlan, Metric, SearchPlan, SweepPlan } from "./plan.ts";
import { type StagePlans, stageOfPlan } from "./stage-plan.ts";

/** What a sweep's points have become. */
export interface Variants {
  readonly stage: (stage: StageThing) => CheckedStage | undefined;
  readonly assembly: (assembly: AssemblyThing) => AssemblyPlan | undefined;
  readonly plans: StagePlans;
}

/** A sweep with its points and what its table reports; each metric is checked with the parameters of every variant (language rule 71). */
export function sweepPlan(thing: SweepThing, declaration: SweepNode, env: Env, variants: Variants): SweepPlan {
  const points: SweepPlan["points"][number][] = [];
  const entry = declaration.body.entries.find(({ path }) => path.segments[0]?.name.text === "report");
  let report: readonly string[] | undefined;
  const unjudged = thing.points.find((point) => assemblyOf(point.thing, variants)?.only !== undefined);
  if (entry !== undefined && unjudged !== undefined)
    env.session.reporter.report("wrong-type", entry.value.span, {
      what: "what `report` is of",
      expected: "judged on rows with labels",
      actual: `${unjudged.thing.label}, made for a test part`,
    });
  const equal: { readonly span: TextSpan; readonly label: string; readonly other: string }[] = [];
  const before: { readonly label: string; readonly of: string | CheckedStage }[] = [];
  for (const point of thing.points) {
    const of = pointOf(point.thing, variants);
    if (of === undefined) continue;
    const made = point.thing.kind === "stage" ? variants.stage(point.thing) : point.thing.label;
    if (made === undefined) continue;
    const twin = before.find((each) =>
      typeof made === "string" || typeof each.of === "string" ? each.of === made : variants.plans.same(each.of, made),
    );
    if (twin !== undefined) equal.push({ span: point.span, label: point.label, other: twin.label });
    else before.push({ label: point.label, of: made });
    const found = attempt(
      () => entry && reported(entry.value, scopeOf(point.thing, env, variants), tasksOf(point.thing, variants), env),
      () => undefined,
    );
    report ??= found?.map(({ name }) => name);
    const axes = new Map([...point.axes].map(([name, value]) => [name, axisText(value)]));
    const declared = point.thing.declaration.name.text;
    const metrics = found?.map(({ metric }) => metric) ?? [];
    const trial = trialOf(thing, point, metrics, env, variants);
    points.push({ label: point.label, declared, axes, of, metrics, ...(trial === undefined ? {} : { trial }) });
  }
  const [first, ...more] = equal;
  const misspelt = thing.points.some((point) => point.thing.kind === "stage" && changesMisspelt(point.thing));
  if (first !== undefined && !misspelt) {
    const help = more.length === 0 ? undefined : `others are equal too: ${more.map(({ label }) => label).join("; ")}`;
    env.session.reporter.report("variants-equal", first.span, { other: first.other }, { help });
  }
  return { name: thing.name, points, report: report ?? [], ...searchPlan(thing) };
}

function searchPlan({ search }: SweepThing): { readonly search?: SearchPlan } {
  if (search === undefined) return {};
  const { kind, trials, seed, stop, prune, open } = search;
  return {
    search: {
      kind,
      trials: Number.isFinite(trials) ? trials : undefined,
      seed,
      stop,
      prune: prune && { every: prune.every, factor: prune.factor },
      open,
    },
  };
}

/** A point of a search, with what is searched for: what the pruner looks at, else what is reported first. */
function trialOf(
  { search }: SweepThing,
  { thing, trial, span }: SweepPoint,
  [reportedFirst]: readonly Metric[],
  env: Env,
  variants: Variants,
): SweepPlan["points"][number]["trial"] {
  if (search === undefined || trial === undefined) return undefined;
  const { prune } = search;
  const aim = attempt(
    () =>
      prune?.metric === undefined
        ? reportedFirst
        : metricOf(prune.metric.thing, tasksOf(thing, variants), scopeOf(thing, env, variants), prune.metric.span),
    () => undefined,
  );
  if (aim === undefined) return undefined;
  if (prune !== undefined && readsAccuracy(aim))
    env.session.reporter.report("wrong-type", prune.metric?.span ?? span, {
      what: "what `prune` looks at while a stage is trained",
      expected: "scores",
      actual: "an accuracy",
    });
  return { ...trial, aim };
}

function readsAccuracy(metric: Metric): boolean {
  if (metric.kind === "accuracy") return true;
  return "left" in metric && (readsAccuracy(metric.left) || readsAccuracy(metric.right));
}

const marked: ReadonlySet<Thing["kind"]> = new Set<Thing["kind"]>(["task", "stage", "member"]);

/** A list of tasks or stages, item by item: a table has a column for each. */
function axisText(value: Thing): string | readonly string[] {
  if (value.kind !== "list" || !value.items.every(({ kind }) => marked.has(kind))) return canonical(value);
  return value.items.map(canonical);
}

function assemblyOf(thing: StageThing | AssemblyThing, variants: Variants): AssemblyPlan | undefined {
  return thing.kind === "assembly" ? variants.assembly(thing) : undefined;
}

function pointOf(thing: StageThing | AssemblyThing, variants: Variants): SweepPlan["points"][number]["of"] | undefined {
  if (thing.kind === "assembly") {
    const plan = assemblyOf(thing, variants);
    return plan === undefined ? undefined : { kind: "assembly", name: plan.name };
  }
  const checked = variants.stage(thing);
  return checked === undefined ? undefined : stageOfPlan(checked, variants.plans);
}

/** `report` sees the variant's parameters. */
function scopeOf(thing: StageThing | AssemblyThing, env: Env, variants: Variants): Env {
  if (thing.kind === "assembly") return inner(env, assemblyScope(thing).local?.names ?? []);
  const checked = variants.stage(thing);
  return checked === undefined ? env : { ...checked.loss.scope, body: undefined, file: env.file };
}

function tasksOf(thing: StageThing | AssemblyThing, variants: Variants): readonly TaskThing[] {
  if (thing.kind === "stage") {
    const checked = variants.stage(thing);
    return checked === undefined ? [] : [...checked.built.model.heads.values()].map(({ task }) => task);
  }
  const members = variants.assembly(thing)?.members ?? [];
  return members.map(({ task }) => ({ kind: "task", ...task, activation: "none", scored: true }));
}

function reported(
  value: SweepNode["value"],
  scope: Env,
  tasks: readonly TaskThing[],
  env: Env,
): readonly { readonly name: string; readonly metric: Metric }[] {
  const list: Thing = evaluate(value, { ...scope, file: env.file });
  const items = list.kind === "list" ? list.items : [list];
  const spans = value.kind === "list" ? value.items.map((item) => item.span) : [value.span];
  return items.map((item, i) => {
    const span = spans[i] ?? value.span;
    return { name: textOf(span), metric: metricOf(item, tasks, scope, span) };
  });
}

function textOf({ source, start, end }: TextSpan): string {
  return source.text.slice(start, end);
}
