import type { Span } from "../diagnostics/source.ts";
import type { Entry, SweepNode } from "../syntax/ast.ts";
import { assemblyThing } from "./assemblies.ts";
import { instanceOf } from "./declarations.ts";
import type { Env } from "./env.ts";
import { evaluate, evaluateAs } from "./evaluate.ts";
import { sweepKeys } from "./keys.ts";
import { suggestion } from "./nearest.ts";
import { placeOf } from "./overrides.ts";
import { attempt, Refusal, type Reporter } from "./reporter.ts";
import { type Search, searchOf } from "./search.ts";
import { settingsOf } from "./settings.ts";
import { stageThing } from "./stages.ts";
import { type AxisPoint, everyCombination } from "./sweep-axes.ts";
import { countCombinations } from "./sweep-count.ts";
import { drawnPoints, pointText } from "./sweep-draw.ts";
import type { AssemblyThing, ListThing, StageThing, SweepPoint, Thing } from "./things.ts";
import { describeThing, int } from "./type.ts";
import { checkUntaken } from "./untaken.ts";

/** More variants than these are made only where the sweep says that so many are meant, and never more than `greatestMost`. */
const usualMost = 200;
const greatestMost = 5000;

/** `sweep n = [stage, ..] {..}` or `sweep n = stage-or-assembly { over: {axis: list, ..} }` (language rules 71, 72). */
export function sweepThing(node: SweepNode, env: Env): Thing {
  const reporter: Reporter = env.session.reporter;
  const keys = keysOf(node, env);
  const search = searchOf(keys, env);
  const value = evaluate(node.value, env);
  const target = value.kind === "declaration" ? (instanceOf(env.session, value, node.value.span) ?? value) : value;
  if (target.kind === "poison") throw new Refusal();
  const most = mostOf(keys.get("most"), env);
  const points: SweepPoint[] = [];
  let open = false;
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
      () => {
        open = varied(target, keys, search, env, most, points, node);
      },
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
  return { kind: "sweep", name: node.name.text, points, search: search && { ...search, open } };
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

/** Every combination of the axes, or those that a search draws, each a change of the stage or assembly. True if others follow. */
function varied(
  target: StageThing | AssemblyThing,
  keys: ReadonlyMap<string, Entry>,
  search: Search | undefined,
  env: Env,
  most: number,
  points: SweepPoint[],
  { name, span, value }: SweepNode,
): boolean {
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
  if (search?.prune !== undefined && target.kind === "assembly")
    reporter.refuse("wrong-type", keys.get("search")?.value.span ?? span, {
      what: "what `prune` ends early",
      expected: "a stage",
      actual: "an assembly",
    });
  const entries = over?.value.kind === "map" ? over.value.entries : [];
  const repeats = seeds === undefined ? [] : [seedAxis(seeds)];
  const grid = { target, searched: search !== undefined };
  const each = countCombinations(search === undefined ? [...entries, ...repeats] : repeats, grid, env, greatestMost);
  const trials = search === undefined ? 1 : Math.min(search.trials, Math.max(1, Math.floor(most / each)));
  const asked = search !== undefined && Number.isFinite(search.trials) ? search.trials : 1;
  refuseMany(asked * each, most, over?.span ?? value.span, reporter);
  const add = (axes: readonly AxisPoint[], trial?: SweepPoint["trial"]) => {
    const changes = axes.map(({ change }) => change);
    const label = pointText(axes);
    const thing =
      target.kind === "assembly"
        ? assemblyThing(env.session, target.declaration, target.env, target.bound, [...target.changes, ...changes])
        : stageThing(env.session, {
            ...target,
            bound: target.base.bound,
            changes: [...target.base.changes, ...changes],
          });
    const at = axes.at(-1)?.change.expr.span ?? span;
    const named = new Map(axes.map((axis) => [axis.name, axis.thing]));
    points.push({ label, thing, axes: named, span: at, ...(trial === undefined ? {} : { trial }) });
  };
  if (search === undefined) {
    everyCombination([...entries, ...repeats], grid, env, (axes) => add(axes));
    return false;
  }
  const inRounds = search.kind === "tpe" || search.stop !== undefined;
  const { results } = env.session;
  const known = results.trials.get(name.text) ?? [];
  const drawing = { ...grid, ...search, trials, inRounds, over: results.over.has(name.text) };
  const drawn = drawnPoints(entries, drawing, known, env);
  drawn.points.forEach((point, number) => {
    const trial = { number, point: pointText(point) };
    everyCombination(repeats, grid, env, (seed) => add([...point, ...seed], trial));
  });
  return drawn.open;
}

/** `seeds: [1, 2]` is an axis over the key `seed`. */
function seedAxis(seeds: Entry): Entry {
  const { span } = seeds.path;
  return { ...seeds, path: { span, segments: [{ span, name: { text: "seed", span }, indices: [] }] } };
}
