import type { Span } from "../diagnostics/source.ts";
import type { Entry, SweepNode } from "../syntax/ast.ts";
import { assemblyThing } from "./assemblies.ts";
import { canonical } from "./canonical.ts";
import { instanceOf } from "./declarations.ts";
import type { Env } from "./env.ts";
import { evaluate, evaluateAs } from "./evaluate.ts";
import { sweepKeys } from "./keys.ts";
import { suggestion } from "./nearest.ts";
import { placeOf } from "./overrides.ts";
import { attempt, Refusal, type Reporter } from "./reporter.ts";
import { settingsOf } from "./settings.ts";
import { stageThing } from "./stages.ts";
import { type AxisPoint, everyCombination } from "./sweep-axes.ts";
import { countCombinations } from "./sweep-count.ts";
import { drawnPoints } from "./sweep-draw.ts";
import {
  type AssemblyThing,
  type CallThing,
  type ListThing,
  placeIn,
  type StageThing,
  type SweepPoint,
  type Thing,
} from "./things.ts";
import { call, describeThing, int } from "./type.ts";
import { checkUntaken } from "./untaken.ts";

/** More variants than these are made only where the sweep says that so many are meant, and never more than `greatestMost`. */
const usualMost = 200;
const greatestMost = 5000;

/** `sweep n = [stage, ..] {..}` or `sweep n = stage-or-assembly { over: {axis: list, ..} }` (language rules 71, 72). */
export function sweepThing(node: SweepNode, env: Env): Thing {
  const reporter: Reporter = env.session.reporter;
  const keys = keysOf(node, env);
  const draw = checkSearch(keys, env);
  const value = evaluate(node.value, env);
  const target = value.kind === "declaration" ? (instanceOf(env.session, value, node.value.span) ?? value) : value;
  if (target.kind === "poison") throw new Refusal();
  const most = mostOf(keys.get("most"), env);
  const points: SweepPoint[] = [];
  if (target.kind === "list") {
    for (const key of ["over", "search", "seeds"]) {
      const entry = keys.get(key);
      if (entry === undefined) continue;
      const help = "it is a list of stages; axes are of one stage";
      reporter.report("changes-nothing", entry.path.span, { path: key }, { help });
    }
    refuseMany(target.items.length, most, node.value.span, reporter);
    points.push(...listed(target, node, env));
  } else if (target.kind === "stage" || target.kind === "assembly") {
    attempt(
      () => varied(target, keys, draw, env, most, points, node),
      () => {
        // What is reported of variants is another matter than the axes that make them.
        const report = keys.get("report");
        if (report !== undefined) checkUntaken(report.value, env);
        return reporter.silent();
      },
    );
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

/** Which points a search draws, if it draws them all before any is trained. */
interface Draw {
  readonly trials: number;
  readonly seed: number;
}

function checkSearch(keys: ReadonlyMap<string, Entry>, env: Env): Draw | undefined {
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
    if (thing.kind === "call") checkSearchNumbers(thing, reporter);
    const pruned = thing.kind === "call" ? thing.args.get("prune") : undefined;
    const measured = pruned?.kind === "call" && pruned.args.has("metric");
    if (!keys.has("report") && !measured)
      reporter.report(
        "missing-key",
        search.path.span,
        { where: "a sweep with a search", key: "report" },
        { help: "its first metric is what is searched for, such as report: [score(au)]" },
      );
    const trials = thing.kind === "call" ? thing.args.get("trials") : undefined;
    const seed = thing.kind === "call" ? thing.args.get("seed") : undefined;
    const plain = thing.kind === "call" && thing.name === "random" && pruned === undefined && !thing.args.has("stop");
    if (plain && trials?.kind === "number")
      return { trials: trials.value, seed: seed?.kind === "number" ? seed.value : 0 };
    const what = plain || thing.kind !== "call" ? "`search`" : pruned === undefined ? `\`${thing.name}\`` : "`prune`";
    if (thing.kind === "call" && stop !== undefined) reporter.report("not-yet", search.path.span, { what });
  }
  return undefined;
}

const leastInSearch: Readonly<Record<string, number>> = { trials: 1, factor: 2, seed: 0 };

function checkSearchNumbers(call: CallThing, reporter: Reporter): void {
  for (const [name, thing] of call.args) {
    const least = leastInSearch[name];
    if (thing.kind === "call") checkSearchNumbers(thing, reporter);
    if (name === "stop" && thing.kind === "quantity" && thing.unit !== "hours")
      reporter.report("out-of-range", placeIn(call, name), {
        what: "`stop`",
        expected: "in hours, such as 12 hours",
        actual: canonical(thing),
      });
    if (least === undefined || thing.kind !== "number" || thing.value >= least) continue;
    const what = `\`${name}\` of \`${call.name}\``;
    reporter.report("out-of-range", placeIn(call, name), { what, expected: `at least ${least}`, actual: thing.value });
  }
}

/** How many variants a sweep may have. */
function mostOf(entry: Entry | undefined, env: Env): number {
  if (entry === undefined) return usualMost;
  const thing = evaluateAs(entry.value, env, int, "`most`");
  if (thing.kind !== "number") return usualMost;
  if (thing.value >= 1 && thing.value <= greatestMost) return thing.value;
  return env.session.reporter.refuse("out-of-range", entry.value.span, {
    what: "`most`",
    expected: `from 1 to ${greatestMost}`,
    actual: thing.value,
  });
}

/** Asks before so many are made. No repair says yes by itself: each variant is a training. */
function refuseMany(variants: number, most: number, span: Span, reporter: Reporter): void {
  if (variants <= most) return;
  const help =
    variants <= greatestMost
      ? `if so many trainings are meant, say so: most: ${variants}`
      : `a sweep has at most ${greatestMost}; leave values out, or draw some points with search: random(trials: 40)`;
  const shown = Number.isSafeInteger(variants) ? variants : `more than ${greatestMost}`;
  reporter.refuse("too-many-variants", span, { variants: shown, most }, { help });
}

function* listed({ items, places }: ListThing, node: SweepNode, env: Env): Generator<SweepPoint> {
  for (const [i, item] of items.entries()) {
    const span = places?.[i] ?? node.value.span;
    const thing = item.kind === "declaration" ? (instanceOf(env.session, item, span) ?? item) : item;
    if (thing.kind === "stage" || thing.kind === "assembly")
      yield { label: thing.label, thing, axes: thing.bound, span };
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
  draw: Draw | undefined,
  env: Env,
  most: number,
  points: SweepPoint[],
  { span, value }: SweepNode,
): void {
  const reporter: Reporter = env.session.reporter;
  const over = keys.get("over");
  const seeds = keys.get("seeds");
  if (over === undefined && seeds === undefined)
    reporter.refuse("missing-key", span, { where: "a sweep of one stage", key: "over" });
  if (over !== undefined && over.value.kind !== "map")
    reporter.refuse("wrong-type", over.value.span, {
      what: "`over`",
      expected: "a map of lists",
      actual: describeThing(evaluate(over.value, env)),
    });
  const entries = over?.value.kind === "map" ? over.value.entries : [];
  const all = seeds === undefined ? entries : [...entries, seedAxis(seeds)];
  const grid = { target, searched: keys.has("search") };
  const repeats = draw === undefined ? [] : seeds === undefined ? [] : [seedAxis(seeds)];
  const variants =
    draw === undefined
      ? countCombinations(all, grid, env, greatestMost)
      : draw.trials * countCombinations(repeats, grid, env, greatestMost);
  refuseMany(variants, most, over?.span ?? value.span, reporter);
  const add = (axes: readonly AxisPoint[]) => {
    const changes = axes.map(({ change }) => change);
    const label = axes.map(({ name, thing }) => `${name}: ${canonical(thing)}`).join(", ");
    const thing =
      target.kind === "assembly"
        ? assemblyThing(env.session, target.declaration, target.env, target.bound, [...target.changes, ...changes])
        : stageThing(env.session, {
            ...target,
            bound: target.base.bound,
            changes: [...target.base.changes, ...changes],
          });
    const at = axes.at(-1)?.change.expr.span ?? span;
    points.push({ label, thing, axes: new Map(axes.map((axis) => [axis.name, axis.thing])), span: at });
  };
  if (draw === undefined) everyCombination(all, grid, env, add);
  else
    for (const drawn of drawnPoints(entries, { ...grid, ...draw }, env))
      everyCombination(repeats, grid, env, (seed) => add([...drawn, ...seed]));
}

/** `seeds: [1, 2]` is an axis over the key `seed`. */
function seedAxis(seeds: Entry): Entry {
  const { span } = seeds.path;
  return { ...seeds, path: { span, segments: [{ span, name: { text: "seed", span }, indices: [] }] } };
}
