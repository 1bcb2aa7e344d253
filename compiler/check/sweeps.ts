import type { Span } from "../diagnostics/source.ts";
import type { Entry, Expr, SweepNode } from "../syntax/ast.ts";
import { assemblyThing } from "./assemblies.ts";
import { canonical } from "./canonical.ts";
import { instanceOf } from "./declarations.ts";
import { type Env, inner } from "./env.ts";
import { evaluate, evaluateAs, forEachSuffix, keyOf } from "./evaluate.ts";
import { stageKeys, sweepKeys } from "./keys.ts";
import { suggestion } from "./nearest.ts";
import { placeOf } from "./overrides.ts";
import { typeOf } from "./parameters.ts";
import { Refusal, type Reporter } from "./reporter.ts";
import { settingsOf } from "./settings.ts";
import { isStageKey, stageThing } from "./stages.ts";
import type { AssemblyThing, Change, StageThing, SweepPoint, Thing } from "./things.ts";
import { any, call, describeThing, duration, int, list, type Type } from "./type.ts";

/** More variants than these are made only where the sweep says that so many are meant. */
const usualMost = 200;

/** `sweep n = [stage, ..] {..}` or `sweep n = stage-or-assembly { over: {axis: list, ..} }` (language rules 71, 72). */
export function sweepThing(node: SweepNode, env: Env): Thing {
  const reporter: Reporter = env.session.reporter;
  const keys = keysOf(node, env);
  const value = evaluate(node.value, env);
  const target = value.kind === "declaration" ? (instanceOf(env.session, value, node.value.span) ?? value) : value;
  if (target.kind === "poison") throw new Refusal();
  const most = numberOf(keys.get("most"), env) ?? usualMost;
  const points: SweepPoint[] = [];
  const add = (point: SweepPoint) => {
    points.push(point);
    if (points.length <= most) return;
    reporter.refuse(
      "too-many-variants",
      keys.get("over")?.span ?? node.value.span,
      { most },
      { help: "if so many are meant, say how many at most, such as `most: 1000`" },
    );
  };
  if (target.kind === "list") {
    for (const item of listed(target.items, node, env)) add(item);
  } else if (target.kind === "stage" || target.kind === "assembly") {
    varied(target, keys, env, add, node.span);
  } else {
    return reporter.refuse("wrong-type", node.value.span, {
      what: "what a sweep is of",
      expected: "a stage, an assembly, or a list of stages",
      actual: describeThing(target),
    });
  }
  return { kind: "sweep", name: node.name.text, points };
}

/** The block's entries by key; those that a profile or `--set` sets are stronger. */
function keysOf(node: SweepNode, env: Env): ReadonlyMap<string, Entry> {
  const keys = entriesOf(node, env);
  for (const setting of settingsOf(env.session, node.name.text)) {
    const [, key = "", inside] = setting.path;
    if (inside !== undefined)
      env.session.reporter.refuse("override-target", placeOf(setting, 2), {
        path: setting.path.join("."),
        what: `\`${key}\` of the sweep \`${node.name.text}\``,
      });
    const { expr, span } = setting;
    const name = { text: key, span };
    keys.set(key, {
      span,
      path: { span, segments: [{ span, name, indices: [] }] },
      value: expr,
      suffixes: [],
    });
  }
  checkSearch(keys, env);
  return keys;
}

function entriesOf(node: SweepNode, env: Env): Map<string, Entry> {
  const reporter: Reporter = env.session.reporter;
  const keys = new Map<string, Entry>();
  for (const entry of node.body.entries) {
    const key = entry.path.segments[0]?.name.text ?? "";
    const before = keys.get(key);
    if (before !== undefined) {
      const related = [{ span: before.path.span, text: "first set here" }];
      reporter.report("duplicate-key", entry.path.span, { key }, { related });
    } else if (Object.hasOwn(sweepKeys, key)) keys.set(key, entry);
    else
      reporter.report(
        "unknown-key",
        entry.path.span,
        { where: "a sweep", key },
        { help: suggestion(key, Object.keys(sweepKeys)) },
      );
  }
  return keys;
}

function checkSearch(keys: ReadonlyMap<string, Entry>, env: Env): void {
  const { reporter } = env.session;
  const search = keys.get("search");
  if (search !== undefined) {
    const thing = evaluateAs(search.value, env, call("search"), "`search`");
    const stop = thing.kind === "call" ? (thing.args.get("trials") ?? thing.args.get("stop")) : undefined;
    if (stop === undefined)
      reporter.report("missing-argument", search.value.span, {
        callee: "a search",
        name: "trials",
        expected: "or `stop`, when it ends",
      });
    reporter.report("not-yet", search.path.span, { what: "`search`" });
  }
  const seeds = keys.get("seeds");
  if (seeds !== undefined) {
    evaluateAs(seeds.value, env, list(int), "`seeds`");
    reporter.report("not-yet", seeds.path.span, { what: "`seeds` of a sweep" });
  }
}

function numberOf(entry: Entry | undefined, env: Env): number | undefined {
  if (entry === undefined) return undefined;
  const thing = evaluateAs(entry.value, env, int, "`most`");
  return thing.kind === "number" ? thing.value : undefined;
}

function* listed(items: readonly Thing[], node: SweepNode, env: Env): Generator<SweepPoint> {
  const { span } = node.value;
  for (const item of items) {
    const thing = item.kind === "declaration" ? (instanceOf(env.session, item, span) ?? item) : item;
    if (thing.kind === "stage" || thing.kind === "assembly")
      yield { label: thing.label, thing, axes: thing.bound, span: thing.kind === "stage" ? thing.span : span };
    else if (thing.kind !== "poison") {
      env.session.reporter.refuse("wrong-type", span, {
        what: "each point of a sweep",
        expected: "a stage",
        actual: describeThing(item),
      });
    }
  }
}

/** Every combination of the axes, each a change of the stage or assembly. */
function varied(
  target: StageThing | AssemblyThing,
  keys: ReadonlyMap<string, Entry>,
  env: Env,
  add: (point: SweepPoint) => void,
  span: Span,
): void {
  const reporter: Reporter = env.session.reporter;
  const over = keys.get("over");
  if (over === undefined) {
    if (keys.has("seeds")) {
      add({ label: target.label, thing: target, axes: new Map(), span });
      return;
    }
    reporter.refuse("missing-key", span, { where: "a sweep of one stage", key: "over" });
  }
  grid(over.value, target, keys.has("search"), env, (axes) => {
    const changes = axes.map(
      ({ name, thing, span: at }): Change => ({
        path: name.split("."),
        expr: { kind: "name", span: at, name } satisfies Expr,
        env: inner(env, [[name, thing]]),
        span: at,
      }),
    );
    const label = axes.map(({ name, thing }) => `${name}: ${canonical(thing)}`).join(", ");
    const thing =
      target.kind === "assembly"
        ? assemblyThing(env.session, target.declaration, target.env, target.bound, [...target.changes, ...changes])
        : stageThing(env.session, {
            ...target,
            bound: target.base.bound,
            changes: [...target.base.changes, ...changes],
          });
    add({ label, thing, axes: new Map(axes.map((axis) => [axis.name, axis.thing])), span: over.span });
  });
}

interface AxisPoint {
  readonly name: string;
  readonly thing: Thing;
  readonly span: Span;
}

/** Every combination of axes, left to right; a later axis may read an earlier one. A range is searched: its ends are checked. */
function grid(
  over: Expr,
  target: StageThing | AssemblyThing,
  searched: boolean,
  env: Env,
  point: (axes: readonly AxisPoint[]) => void,
): void {
  const reporter: Reporter = env.session.reporter;
  if (over.kind !== "map") {
    reporter.refuse("wrong-type", over.span, { what: "`over`", expected: "a map of lists", actual: "something else" });
  }
  const { entries } = over;
  const step = (i: number, place: Env, axes: readonly AxisPoint[]): void => {
    const entry = entries[i];
    if (entry === undefined) {
      point(axes);
      return;
    }
    const name =
      entry.path.segments.length === 1
        ? keyOf(entry.path, place)
        : entry.path.segments.map((segment) => segment.name.text).join(".");
    const before = axes.find((axis) => axis.name === name);
    if (before !== undefined)
      reporter.refuse(
        "duplicate-key",
        entry.path.span,
        { key: name },
        { related: [{ span: before.span, text: "first set here" }] },
      );
    forEachSuffix(entry.suffixes, place, (here) => {
      const values = valuesOf(entry, name, target, searched, here);
      for (const thing of values)
        step(i + 1, inner(here, [[name, thing]]), [...axes, { name, thing, span: entry.path.span }]);
    });
  };
  step(0, env, []);
}

function valuesOf(
  entry: Entry,
  name: string,
  target: StageThing | AssemblyThing,
  searched: boolean,
  env: Env,
): readonly Thing[] {
  const reporter: Reporter = env.session.reporter;
  const { span } = entry.value;
  const values = evaluate(entry.value, env, { kind: "list", item: axisType(name, target) });
  if (values.kind === "poison") throw new Refusal();
  const logarithmic = values.kind === "call" && values.family === "space" ? values.args.get("range") : undefined;
  const range = logarithmic ?? values;
  if (range.kind === "range") {
    if (!searched)
      reporter.refuse(
        "wrong-type",
        span,
        { what: `the axis \`${name}\``, expected: "a list", actual: "a range" },
        { help: "a range needs a search, such as search: tpe(trials: 40)" },
      );
    const { from, to } = range;
    if (from === undefined || to === undefined || from >= to || (logarithmic !== undefined && from <= 0)) {
      reporter.refuse("out-of-range", span, {
        what: `the range of \`${name}\``,
        expected: logarithmic === undefined ? "two ends that rise" : "two ends above 0 that rise",
        actual: canonical(range),
      });
    }
    return [from, to].map((value): Thing => ({ kind: "number", value, integer: Number.isInteger(value) }));
  }
  if (values.kind !== "list") {
    return reporter.refuse("wrong-type", span, {
      what: `the axis \`${name}\``,
      expected: "a list",
      actual: describeThing(values),
    });
  }
  if (values.items.length === 0) reporter.refuse("empty-list", span, { callee: `the axis \`${name}\`` });
  return values.items;
}

/** What an axis sets decides what its values mean: `[fp32, bf16]` are labels for `precision`. */
function axisType(name: string, { declaration }: StageThing | AssemblyThing): Type {
  const parameter = declaration.parameters.find((each) => each.name.text === name);
  if (parameter !== undefined) return typeOf(parameter.type);
  if (declaration.kind === "stage" && isStageKey(name)) return stageKeys[name].type;
  return name.endsWith("duration") ? duration : any;
}
