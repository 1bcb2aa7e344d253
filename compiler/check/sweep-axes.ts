import type { Span } from "../diagnostics/source.ts";
import type { Entry, Expr } from "../syntax/ast.ts";
import { canonical } from "./canonical.ts";
import { type Env, inner } from "./env.ts";
import { evaluate, forEachSuffix, keyOf, takenBranch } from "./evaluate.ts";
import { stageKeys } from "./keys.ts";
import { typeOf } from "./parameters.ts";
import { Refusal, type Reporter } from "./reporter.ts";
import { isStageKey } from "./stages.ts";
import type { AssemblyThing, Change, StageThing, Thing } from "./things.ts";
import { any, describeThing, duration, type Type } from "./type.ts";

/** One value of one axis: what it is, and what it changes. */
export interface AxisPoint {
  readonly name: string;
  readonly thing: Thing;
  readonly change: Change;
}

/** What the axes of a grid are of. */
export interface Grid {
  readonly target: StageThing | AssemblyThing;
  /** With a search, an axis may be a range: its ends are checked. */
  readonly searched: boolean;
  /** Chooses a place from 0 to 1 on an axis where a search draws points: on a range, or among the values of a list. */
  readonly chosen?: (axis: string, values?: readonly string[]) => number;
}

/**
 * Every combination of axes, left to right; a later axis may read an earlier one, and one whose condition is false is left out (language
 * rule 71).
 */
export function everyCombination(
  entries: readonly Entry[],
  grid: Grid,
  env: Env,
  point: (axes: readonly AxisPoint[]) => void,
): void {
  const step = (i: number, place: Env, axes: readonly AxisPoint[]): void => {
    const entry = entries[i];
    if (entry === undefined) {
      point(axes);
      return;
    }
    let taken = false;
    forEachSuffix(entry.suffixes, place, (here) => {
      taken = true;
      for (const axis of pointsOf(entry, axes, grid, here))
        step(i + 1, inner(here, [[axis.name, axis.thing]]), [...axes, axis]);
    });
    if (!taken) step(i + 1, place, axes);
  };
  step(0, env, []);
}

/** The values of one axis where those before it have theirs. */
export function pointsOf(entry: Entry, axes: readonly AxisPoint[], grid: Grid, env: Env): readonly AxisPoint[] {
  const reporter: Reporter = env.session.reporter;
  const { segments, span } = entry.path;
  const name = segments.length === 1 ? keyOf(entry.path, env) : segments.map((each) => each.name.text).join(".");
  const before = axes.find((axis) => axis.name === name);
  if (before !== undefined) {
    const related = [{ span: before.change.span, text: "first set here" }];
    reporter.refuse("duplicate-key", span, { key: name }, { related });
  }
  const change = { path: name.split("."), places: segments.map((each) => each.span), span };
  if (readsModel(name, grid)) return oneOf(laterPoints(entry.value, name, change, env), name, grid);
  return valuesOf(entry.value, name, grid, env).map(({ thing, at }) => ({
    name,
    thing,
    change: { ...change, expr: { kind: "name", span: at, name }, env: inner(env, [[name, thing]]) },
  }));
}

type Place = Pick<Change, "path" | "places" | "span">;

/** Whether an axis is of a key whose values read the model's names: they are evaluated in each stage. */
function readsModel(name: string, { target: { declaration } }: Grid): boolean {
  const [first = ""] = name.split(".");
  const isParameter = declaration.parameters.some((each) => each.name.text === first);
  return !isParameter && declaration.kind === "stage" && isStageKey(first) && stageKeys[first].model;
}

function laterPoints(value: Expr, name: string, change: Place, env: Env): readonly AxisPoint[] {
  const reporter: Reporter = env.session.reporter;
  const list = takenBranch(value, env);
  if (list.kind !== "list") {
    const what = `the axis \`${name}\``;
    return reporter.refuse("wrong-type", value.span, { what, expected: "a list", actual: list.kind });
  }
  const points: AxisPoint[] = [];
  for (const item of list.items) {
    if (item.kind !== "item") continue;
    forEachSuffix(item.suffixes, env, (here) => {
      const { source, start, end } = item.value.span;
      const thing: Thing = { kind: "label", name: source.text.slice(start, end).replace(/\s+/g, " ") };
      points.push({ name, thing, change: { ...change, expr: item.value, env: here } });
    });
  }
  if (points.length === 0) refuseEmpty(name, value.span, reporter);
  return points;
}

function valuesOf(
  value: Expr,
  name: string,
  grid: Grid,
  env: Env,
): readonly { readonly thing: Thing; readonly at: Span }[] {
  const { target, searched } = grid;
  const reporter: Reporter = env.session.reporter;
  const { span } = value;
  const what = `the axis \`${name}\``;
  const values = evaluate(value, env, { kind: "list", item: axisType(name, target) });
  if (values.kind === "poison") throw new Refusal();
  const logarithmic = values.kind === "call" && values.family === "space" ? values.args.get("range") : undefined;
  const range = logarithmic ?? values;
  if (range.kind === "range") {
    if (!searched) {
      const help = "a range needs a search, such as search: tpe(trials: 40)";
      reporter.refuse("wrong-type", span, { what, expected: "a list", actual: "a range" }, { help });
    }
    const { from, to } = range;
    if (from === undefined || to === undefined || from >= to || (logarithmic !== undefined && from <= 0)) {
      return reporter.refuse("out-of-range", span, {
        what: `the range of \`${name}\``,
        expected: logarithmic === undefined ? "two ends that rise" : "two ends above 0 that rise",
        actual: canonical(range),
      });
    }
    const share = grid.chosen?.(name);
    const ends = share === undefined ? [from, to] : [between(from, to, share, logarithmic !== undefined)];
    return ends.map((end) => ({
      thing: { kind: "number", value: end, integer: Number.isInteger(end) },
      at: span,
    }));
  }
  if (values.kind !== "list")
    return reporter.refuse("wrong-type", span, { what, expected: "a list", actual: describeThing(values) });
  if (values.items.length === 0) refuseEmpty(name, span, reporter);
  return oneOf(
    values.items.map((thing, i) => ({ thing, at: values.places?.[i] ?? span })),
    name,
    grid,
  );
}

/** All values of an axis, or the one that a search draws. */
function oneOf<T extends { readonly thing: Thing }>(
  values: readonly T[],
  axis: string,
  { chosen }: Grid,
): readonly T[] {
  if (chosen === undefined || values.length === 0) return values;
  const texts = values.map(({ thing }) => canonical(thing));
  return values.slice(indexIn(values, chosen(axis, texts))).slice(0, 1);
}

/** Where a place from 0 to 1 is among values. */
export function indexIn(values: readonly unknown[], place: number): number {
  return Math.min(values.length - 1, Math.floor(place * values.length));
}

const digits = 4;

/** A number of a range, in four digits; of two whole ends, a whole number. */
function between(from: number, to: number, share: number, logarithmic: boolean): number {
  if (Number.isInteger(from) && Number.isInteger(to) && !logarithmic)
    return Math.min(to, from + Math.floor(share * (to - from + 1)));
  const value = logarithmic ? from * (to / from) ** share : from + share * (to - from);
  return Math.min(to, Math.max(from, Number(value.toPrecision(digits))));
}

function refuseEmpty(name: string, span: Span, reporter: Reporter): never {
  const what = `the number of values of the axis \`${name}\``;
  return reporter.refuse("out-of-range", span, { what, expected: "at least 1", actual: 0 });
}

/** What an axis sets decides what its values mean: `[fp32, bf16]` are labels for `precision`. */
function axisType(name: string, { declaration }: StageThing | AssemblyThing): Type {
  const parameter = declaration.parameters.find((each) => each.name.text === name);
  if (parameter !== undefined) return typeOf(parameter.type);
  if (declaration.kind === "stage" && isStageKey(name)) return stageKeys[name].type;
  return name.endsWith("duration") ? duration : any;
}
