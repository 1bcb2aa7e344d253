import type { Span } from "../diagnostics/source.ts";
import { assertNever } from "../ir/invariant.ts";
import type { Expr, Item, MapNode, Name, Path, Suffix } from "../syntax/ast.ts";
import { combineThings, negateThing } from "./arithmetic.ts";
import { callExpr, sendExpr } from "./call.ts";
import { convert } from "./convert.ts";
import { type Env, inner, localNamed } from "./env.ts";
import { extentLimits, extentOf } from "./extent.ts";
import { indexThing } from "./indexing.ts";
import { armOf } from "./match-arms.ts";
import { memberOf } from "./member.ts";
import { nameThing } from "./names.ts";
import { suggestion } from "./nearest.ts";
import { own } from "./own.ts";
import { firstRepeat } from "./repeated.ts";
import { attempt, type Reporter } from "./reporter.ts";
import { enter, leave, spend } from "./session.ts";
import { withChanges } from "./stages.ts";
import { type ListThing, none, poison, type ShapeThing, type Thing, type UnitName } from "./things.ts";
import { any, describeThing, durations, spans, type Type } from "./type.ts";
import { checkUntaken } from "./untaken.ts";

/** What an expression means where it stands. `wanted` lets a bare name be a label (language rule 7). */
export function evaluate(expr: Expr, env: Env, wanted: Type = any): Thing {
  const { session } = env;
  enter(session, expr.span);
  try {
    const thing = meaningOf(expr, env, wanted);
    bounded(thing, expr.span, session.reporter);
    session.observe?.(expr, thing, env);
    return thing;
  } finally {
    leave(session);
  }
}

function bounded(thing: Thing, span: Span, reporter: Reporter): void {
  const { size, depth } = extentOf(thing);
  if (size > extentLimits.size) reporter.refuse("too-large", span, { limit: extentLimits.size });
  if (depth > extentLimits.depth)
    reporter.refuse("too-deep", span, { limit: extentLimits.depth, parts: "values in one another" });
}

function meaningOf(expr: Expr, env: Env, wanted: Type): Thing {
  switch (expr.kind) {
    case "number":
      return numberThing(expr, env);
    case "string":
      return { kind: "string", value: expr.value };
    case "boolean":
      return { kind: "bool", value: expr.value };
    case "none":
      return none;
    case "name":
      return nameThing(expr.name, expr.span, env, wanted);
    case "tuple":
      return { kind: "tuple", items: expr.items.map((item) => evaluate(item, env)) };
    case "list":
      return wantsShape(wanted) || expr.items.some((item) => item.kind !== "item")
        ? shapeThing(expr.items, expr.span, env)
        : listThing(expr.items, env, itemType(wanted));
    case "map":
      return mapThing(expr, env, wanted);
    case "call":
      return callExpr(expr, env, wanted);
    case "send":
      return sendExpr(expr, env, undefined);
    case "index":
      return indexThing(expr, env);
    case "member":
      return memberOf(expr, env);
    case "unary":
      return negateThing(expr, env);
    case "binary":
      return combineThings(expr, env, wanted);
    case "range":
      return rangeThing(expr, env);
    case "with":
      return withChanges(evaluate(expr.target, env), expr.changes, env);
    case "choice":
    case "match":
      return evaluate(chosenOf(expr, env, wanted), env, wanted);
    case "missing":
      return poison;
    default:
      return assertNever(expr);
  }
}

/** Evaluates and converts. `what` names the place in words. */
export function evaluateAs(expr: Expr, env: Env, type: Type, what: string): Thing {
  return convert(env.session, evaluate(expr, env, type), type, what, expr.span);
}

/** A condition, decided before anything runs. */
export function isTrue(condition: Expr, env: Env): boolean {
  const thing = evaluateAs(condition, env, { kind: "bool" }, "a condition");
  return thing.kind === "bool" && thing.value;
}

/** The branch of a choice or match that is taken, down to an expression that is neither. */
export function takenBranch(expr: Expr, env: Env): Expr {
  return expr.kind === "choice" || expr.kind === "match" ? takenBranch(chosenOf(expr, env, any), env) : expr;
}

/** The branch that is taken; of the others, only the names are looked at. */
function chosenOf(expr: Extract<Expr, { kind: "choice" | "match" }>, env: Env, wanted: Type): Expr {
  const branches = expr.kind === "choice" ? [expr.consequent, expr.otherwise] : expr.arms.map(({ value }) => value);
  const taken =
    expr.kind === "match"
      ? armOf(expr, evaluate(expr.subject, env), env).value
      : isTrue(expr.condition, env)
        ? expr.consequent
        : expr.otherwise;
  for (const branch of branches) if (branch !== taken) checkUntaken(branch, env, wanted);
  return taken;
}

/** The task that a name stands for here: a variable or a declaration. */
export function taskNamed(name: string, env: Env): string | undefined {
  const local = localNamed(env, name);
  if (local !== undefined) return local.kind === "task" ? local.name : undefined;
  return undefined;
}

/** Runs `body` for every combination that suffixes allow, each with its loop variables (language rule 5). */
export function forEachSuffix(suffixes: readonly Suffix[], env: Env, body: (env: Env) => void, from = 0): void {
  const suffix = suffixes[from];
  if (suffix === undefined) {
    body(env);
    return;
  }
  if (suffix.kind === "if") {
    if (isTrue(suffix.condition, env)) forEachSuffix(suffixes, env, body, from + 1);
    return;
  }
  const list = evaluate(suffix.list, env);
  if (list.kind === "poison") return;
  const items = membersOf(list);
  if (items === undefined) {
    env.session.reporter.refuse("wrong-type", suffix.list.span, {
      what: "what `for` runs over",
      expected: "a list",
      actual: describeThing(list),
    });
  }
  for (const item of items) {
    spend(env.session, suffix.list.span);
    forEachSuffix(suffixes, inner(env, [[suffix.name.text, item]]), body, from + 1);
  }
}

/** What a loop runs over: a list, the layers of a list of layers, the variants of a sweep. */
function membersOf(thing: Thing): readonly Thing[] | undefined {
  if (thing.kind === "list") return thing.items;
  if (thing.kind === "sweep") return thing.points.map((point) => point.thing);
  return thing.kind === "layer" && thing.of.kind === "sequence" ? thing.of.layers : undefined;
}

/** A list, loops run and conditions decided. */
export function listThing(items: readonly Item[], env: Env, type: Type): ListThing {
  const things: Thing[] = [];
  const places: Span[] = [];
  for (const item of items) {
    if (item.kind !== "item") continue;
    forEachSuffix(item.suffixes, env, (place) => {
      things.push(evaluate(item.value, place, type));
      places.push(item.value.span);
    });
  }
  return { kind: "list", items: things, places };
}

function itemType(wanted: Type): Type {
  if (wanted.kind === "list") return wanted.item;
  if (wanted.kind === "options") {
    const list = wanted.options.find((option) => option.kind === "list");
    if (list?.kind === "list") return list.item;
  }
  return any;
}

function wantsShape(wanted: Type): boolean {
  return wanted.kind === "shape" || (wanted.kind === "options" && wanted.options.some(wantsShape));
}

/** `[.., n, d: 2 * k]`: a bare name is an axis and, if it has a value here, its size (language rule 21). */
function shapeThing(items: readonly Item[], span: Span, env: Env): ShapeThing {
  const reporter: Reporter = env.session.reporter;
  const axes: { name: string; size: ShapeThing["axes"][number]["size"]; span: Span }[] = [];
  let carried = false;
  for (const [i, item] of items.entries()) {
    if (item.kind === "carried") {
      carried = true;
      if (i > 0)
        reporter.refuse("wrong-type", item.span, {
          what: "`..`",
          expected: "the first in a shape",
          actual: "further on",
        });
    } else if (item.kind === "axis") {
      axes.push({
        name: item.name.text,
        size: sizeThing(evaluate(item.size, env), item.size.span, env),
        span: item.span,
      });
    } else if (item.value.kind === "name") {
      const value = localNamed(env, item.value.name);
      const known = value?.kind === "number" || value?.kind === "size";
      axes.push({
        name: item.value.name,
        size: known ? sizeThing(value, item.span, env) : undefined,
        span: item.span,
      });
    } else {
      // A size without a name: addressed by place only.
      axes.push({ name: `#${i}`, size: sizeThing(evaluate(item.value, env), item.span, env), span: item.span });
    }
  }
  // No size may depend on the batch (language rule 34).
  const batch = axes.find(({ name }) => name === "batch");
  if (batch !== undefined) reporter.refuse("named-batch", batch.span, {});
  const twice = firstRepeat(axes.map(({ name }) => name));
  if (twice !== undefined) reporter.refuse("duplicate-axis", span, { axis: twice.name });
  return { kind: "shape", carried, axes };
}

export function sizeThing(thing: Thing, span: Span, env: Env): ShapeThing["axes"][number]["size"] {
  if (thing.kind === "size") return thing.dim;
  const whole = convert(env.session, thing, { kind: "int" }, "a size", span);
  if (whole.kind !== "number" || whole.value < 1) {
    return env.session.reporter.refuse("out-of-range", span, {
      what: "a size",
      expected: "at least 1",
      actual: describeThing(whole),
    });
  }
  return whole.value;
}

function typeOfKey(wanted: Type, key: string): Type {
  switch (wanted.kind) {
    case "record":
      return wanted.value;
    case "block":
      return own(wanted.keys, key)?.type ?? any;
    case "options": {
      const map = wanted.options.find(({ kind }) => kind === "record" || kind === "block");
      return map === undefined ? any : typeOfKey(map, key);
    }
    default:
      return any;
  }
}

function mapThing(node: MapNode, env: Env, wanted: Type): Thing {
  const entries = new Map<string, Thing>();
  const places = new Map<string, Span>();
  const typeFor = (key: string): Type => typeOfKey(wanted, key);
  for (const entry of node.entries) {
    forEachSuffix(entry.suffixes, env, (place) => {
      const key = keyOf(entry.path, place);
      const before = places.get(key);
      if (before !== undefined) {
        env.session.reporter.report(
          "duplicate-key",
          entry.path.span,
          { key },
          { related: [{ span: before, text: "first set here" }] },
        );
        return;
      }
      places.set(key, entry.path.span);
      entries.set(
        key,
        attempt(
          () => evaluate(entry.value, place, typeFor(key)),
          () => poison,
        ),
      );
    });
  }
  return { kind: "map", entries, places };
}

/** A map's key: a task variable stands for its task (language rule 9). */
export function keyOf(path: Path, env: Env): string {
  const [first, ...more] = path.segments;
  if (first === undefined || more.length > 0 || first.indices.length > 0) {
    return env.session.reporter.refuse("wrong-type", path.span, {
      what: "a key of this map",
      expected: "one name",
      actual: "a path",
    });
  }
  return taskNamed(first.name.text, env) ?? first.name.text;
}

function rangeThing(expr: Extract<Expr, { kind: "range" }>, env: Env): Thing {
  const end = (side: Expr | undefined): number | undefined => {
    if (side === undefined) return undefined;
    const thing = evaluateAs(side, env, { kind: "float" }, "an end of a range");
    return thing.kind === "number" ? thing.value : undefined;
  };
  return { kind: "range", from: end(expr.start), to: end(expr.end) };
}

/** A number as it is written, if a machine has it: one too large would be infinite, one too small nothing. */
function numberThing(expr: Extract<Expr, { kind: "number" }>, env: Env): Thing {
  const { value, integer, unit, span } = expr;
  const written = span.source.text.slice(span.start, span.end);
  if (!Number.isFinite(value) || (value === 0 && /^[\d.]*[1-9]/.test(written)))
    env.session.reporter.refuse("out-of-range", span, {
      what: "a number",
      expected: "0 or from 5e-324 to 1.7e308",
      actual: written,
    });
  return unit === undefined
    ? { kind: "number", value, integer }
    : { kind: "quantity", value, unit: unitNamed(unit, env) };
}

const units: readonly UnitName[] = [...durations, ...spans];

/** Units may be written in the singular: `1 epoch`. */
function unitNamed({ text, span }: Name, env: Env): UnitName {
  const unit = units.find((each) => each === text || each === `${text}s`);
  if (unit !== undefined) return unit;
  const help = suggestion(text, units) ?? `units are ${units.join(", ")}`;
  return env.session.reporter.refuse("unknown-name", span, { kind: "unit", name: text }, { help });
}
