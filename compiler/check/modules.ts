import type { Span } from "../diagnostics/source.ts";
import { type Dim, printShape, sameDim } from "../ir/dim.ts";
import type { Body as BodyNode, ModuleNode, ShapeNode } from "../syntax/ast.ts";
import { type Body, define, namedPath } from "./body.ts";
import { framesOf } from "./clips.ts";
import { type Env, inner } from "./env.ts";
import { evaluate, forEachSuffix, sizeThing } from "./evaluate.ts";
import { isBroken } from "./incomplete.ts";
import { withSettings } from "./overrides.ts";
import { bindDeclared, withDefaults } from "./parameters.ts";
import { applicationOf } from "./recording.ts";
import { firstRepeat } from "./repeated.ts";
import { recorded } from "./replay.ts";
import type { Reporter } from "./reporter.ts";
import { spend } from "./session.ts";
import { carriedMark, matchInputs, printAxes, textOf } from "./signature.ts";
import { bodyOf } from "./tensor-arithmetic.ts";
import {
  dimsOf,
  type LayerThing,
  type ListThing,
  number,
  type RecipeThing,
  type TensorThing,
  type Thing,
} from "./things.ts";
import { checkUnappliedBody } from "./untaken.ts";

/** Thrown where an annotation fixes the number of frames: the model is built again with that number for `time`. */
export class TimeFixed extends Error {
  readonly length: number;

  constructor(length: number) {
    super(`the time axis has ${length} frames`);
    this.name = "TimeFixed";
    this.length = length;
  }
}

const depthLimit = 64;

/** A module of the language applied: its signature matched from the right, its body run, the result under the caller's names. */
export function applyUserModule(
  recipe: RecipeThing,
  declaration: ModuleNode,
  home: Env,
  inputs: readonly Thing[],
  path: string,
  env: Env,
  span: Span,
  expected?: number,
): Thing {
  const reporter: Reporter = env.session.reporter;
  const around = bodyOf(env);
  spend(env.session, span);
  if (around.depth >= depthLimit)
    return reporter.refuse("too-deep", span, { limit: depthLimit, parts: "modules in one another" });
  if (isBroken(declaration, home.file)) {
    checkUnappliedBody({ declaration, file: home.file }, env);
    reporter.silent();
  }
  const { names, sizes, callers } = matchInputs(declaration, inputs, env, span);
  const given = bindDeclared(recipe.name, declaration.parameters, recipe.args, env, span);
  const bound = withExpected(declaration, withSettings(env.session, declaration, home, given), expected, env, span);
  return reporter.within(span, `in this use of \`${declaration.name.text}\``, () => {
    const local = [...sizes, ...names];
    // A recording says nothing of the place it was made at, which decides what is adapted.
    const application =
      around.build.adapters.layers.size > 0
        ? undefined
        : applicationOf(env.session, declaration, [...local, ...bound], around);
    const result = recorded(env.session, around.build, application, path, recipe.name, span, () => {
      const { thing, scope } = resultOf(declaration, home, local, bound, path, around);
      return declaration.result !== undefined && thing.kind === "tensor"
        ? checkResult(thing, declaration.result, declaration.name.text, scope, span)
        : thing;
    });
    return handBack(result, callers, env, span);
  });
}

/** Parameters declared `= expected` are the width that the head wants, if this is its last step (language rule 30). */
function withExpected(
  { name, parameters }: ModuleNode,
  bound: ReadonlyMap<string, Thing>,
  expected: number | undefined,
  env: Env,
  span: Span,
): ReadonlyMap<string, Thing> {
  const open = parameters.filter(
    ({ name: { text }, fallback }) => fallback?.kind === "name" && fallback.name === "expected" && !bound.has(text),
  );
  const [first] = open;
  if (first === undefined) return bound;
  if (expected === undefined)
    env.session.reporter.refuse("expected-size", span, { callee: name.text, name: first.name.text });
  return new Map([...bound, ...open.map((each) => [each.name.text, number(expected)] as const)]);
}

function resultOf(
  declaration: ModuleNode,
  home: Env,
  local: readonly (readonly [string, Thing])[],
  bound: ReadonlyMap<string, Thing>,
  path: string,
  around: Body,
): { readonly thing: Thing; readonly scope: Env } {
  const body = {
    ...around,
    path,
    definition: "",
    repeated: new Set<string>(),
    made: new Map<string, number>(),
    depth: around.depth + 1,
  };
  const scope = withDefaults(declaration.parameters, bound, inner(home, local, body));
  const thing = runBody(declaration.body, scope);
  if (thing === undefined) {
    const reporter: Reporter = home.session.reporter;
    return reporter.refuse("missing-return", declaration.name.span, { name: declaration.name.text });
  }
  return { thing, scope };
}

/** Runs the statements of a module; what it returns. */
export function runBody(node: BodyNode, scope: Env): Thing | undefined {
  const body = bodyOf(scope);
  const reporter: Reporter = scope.session.reporter;
  for (const statement of node.statements) {
    if (statement.kind === "return")
      return evaluate(statement.value, { ...scope, body: define(body, "", statement.value) });
    if (statement.kind === "head") {
      reporter.report("unexpected-text", statement.span, {
        expected: "a name or `return`",
        found: "a head, which belongs in a model",
      });
      continue;
    }
    const name = statement.name.text;
    if (scope.local?.names.has(name) && scope.local.names.get(name)?.kind !== "poison") {
      reporter.report("duplicate-name", statement.name.span, { name });
    }
    forEachSuffix(statement.suffixes, scope, (place) => {
      const value = evaluate(statement.value, { ...place, body: define(body, name, statement.value) });
      const made = asLayer(value, namedPath(body, name));
      const shaped =
        statement.shape !== undefined && made.kind === "tensor"
          ? checkResult(made, statement.shape, name, place, statement.span)
          : made;
      scope.local?.names.set(name, shaped);
    });
  }
  return undefined;
}

/** A recipe that is named becomes a layer, a list of them a list of layers (language rule 78). */
export function asLayer(thing: Thing, path: string): Thing {
  if (thing.kind === "recipe") return { kind: "layer", path, of: thing, encoder: undefined };
  if (thing.kind === "list" && isOfModules(thing)) {
    const layers: LayerThing[] = [];
    thing.items.forEach((item, i) => {
      const layer = asLayer(item, `${path}[${i}]`);
      if (layer.kind === "layer") layers.push(layer);
    });
    return { kind: "layer", path, of: { kind: "sequence", layers }, encoder: undefined };
  }
  return thing;
}

/** Whether a list is a module: of recipes and layers, and of such lists. */
function isOfModules({ items }: ListThing): boolean {
  return (
    items.length > 0 &&
    items.every(
      (item) => item.kind === "recipe" || item.kind === "layer" || (item.kind === "list" && isOfModules(item)),
    )
  );
}

/**
 * Checks a tensor against `[.., n, d: 2 * k]`: names and sizes (language rule 21). An axis that has no name here, such as `?` of an
 * input, takes the declared one.
 */
export function checkResult(
  result: TensorThing,
  shape: ShapeNode,
  name: string,
  scope: Env,
  span: Span,
  what = "the result of",
): TensorThing {
  const reporter: Reporter = scope.session.reporter;
  const wanted = shape.axes.filter(({ kind }) => kind !== "carried");
  const have = dimsOf(result);
  const lead = result.axes.length - wanted.length;
  const carries = shape.axes.some(({ kind }) => kind === "carried");
  const clipless = bodyOf(scope).build.time === undefined;
  if (clipless && wanted.some((axis) => axis.kind === "axis" && axis.name.text === "time"))
    reporter.refuse("needs-clip", shape.span, { what: `\`${name}\`` }, { help: "give the stage a `clip:`" });
  const fits =
    lead >= 0 &&
    (carries || lead === 0) &&
    wanted.every((axis, i) => {
      if (axis.kind === "size")
        return sameDim(sizeThing(evaluate(axis.size, scope), axis.span, scope) ?? 0, have[lead + i] ?? -1);
      if (axis.kind !== "axis") return true;
      if (isNamed(result.axes[lead + i]) && axis.name.text !== result.axes[lead + i]) return false;
      const known = axis.size === undefined ? scope.local?.names.get(axis.name.text) : undefined;
      const size =
        axis.size === undefined ? sizeFrom(known) : sizeThing(evaluate(axis.size, scope), axis.size.span, scope);
      const own = have[lead + i] ?? -1;
      if (typeof size === "number" && typeof own !== "number" && axis.size !== undefined)
        fixTime(size, axis.span, scope);
      return size === undefined || sameDim(size, own);
    });
  if (!fits) {
    reporter.refuse(
      "shape-mismatch",
      span,
      { what: `${what} \`${name}\``, left: printAxes(result), right: textOf(shape) },
      {
        ...renamed(result.axes.slice(Math.max(0, lead)), wanted),
        related: [{ span: shape.span, text: "declared here" }],
      },
    );
  }
  const axes = result.axes.map((own, i) => {
    const declared = wanted[i - lead];
    return declared?.kind === "axis" && !isNamed(own) ? declared.name.text : own;
  });
  return { ...result, axes };
}

/** Whether an axis has a name in this body; one of the caller's that is only carried has none, nor has one that is only a size. */
function isNamed(axis: string | undefined): boolean {
  return axis !== undefined && /^\w+$/.test(axis);
}

/** Help where a result has the declared axes but for one name. */
function renamed(own: readonly string[], wanted: readonly ShapeNode["axes"][number][]): { readonly help?: string } {
  const names = wanted.map((axis) => (axis.kind === "axis" ? axis.name.text : undefined));
  const others = names.flatMap((name, i) =>
    name === undefined || name === own[i] ? [] : [[own[i] ?? "", name] as const],
  );
  const [only, more] = others;
  if (only === undefined || more !== undefined || names.includes(only[0])) return {};
  return { help: `if only the name differs: -> rename(${only[0]}: ${only[1]})` };
}

/** An annotation with a number ties a model to windows of that many frames (language rule 33). */
function fixTime(length: number, span: Span, scope: Env): void {
  const { build } = bodyOf(scope);
  const reporter: Reporter = scope.session.reporter;
  if (build.clip === undefined) return;
  if (build.clip.whole === true || build.clip.length !== length) {
    reporter.refuse(
      "other-window",
      span,
      { length, clip: framesOf(build.clip) },
      { related: [{ span: build.stage.span, text: `in ${build.stage.label}` }] },
    );
  }
  throw new TimeFixed(length);
}

function sizeFrom(thing: Thing | undefined): Dim | undefined {
  if (thing?.kind === "size") return thing.dim;
  return thing?.kind === "number" ? thing.value : undefined;
}

/** The result under the caller's names: an axis named like an input's is that axis (language rule 21). */
function handBack(result: Thing, callers: ReadonlyMap<string, string>, env: Env, span: Span): Thing {
  if (result.kind === "map") {
    return {
      ...result,
      entries: new Map([...result.entries].map(([key, thing]) => [key, handBack(thing, callers, env, span)])),
    };
  }
  if (result.kind === "list")
    return { kind: "list", items: result.items.map((item) => handBack(item, callers, env, span)) };
  if (result.kind !== "tensor") return result;
  const axes = result.axes.map((name) =>
    name.startsWith(carriedMark) ? name.slice(carriedMark.length) : (callers.get(name) ?? name),
  );
  const twice = firstRepeat(axes);
  if (twice !== undefined) {
    return env.session.reporter.refuse(
      "duplicate-axis",
      span,
      { axis: twice.name },
      { help: `its shape would be ${printShape(dimsOf(result))}` },
    );
  }
  return { ...result, axes };
}
