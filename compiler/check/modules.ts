import type { Span } from "../diagnostics/source.ts";
import { type Dim, printDim, printShape, sameDim } from "../ir/dim.ts";
import type { Body as BodyNode, Input, ModuleNode, ShapeNode } from "../syntax/ast.ts";
import { type Body, define, namedPath } from "./body.ts";
import { type Env, inner } from "./env.ts";
import { evaluate, forEachSuffix, sizeThing } from "./evaluate.ts";
import { bindDeclared, withDefaults } from "./parameters.ts";
import { Refusal, type Reporter } from "./reporter.ts";
import { spend } from "./session.ts";
import { bodyOf, toTensor } from "./tensor-arithmetic.ts";
import { dimsOf, type LayerThing, none, type RecipeThing, sizeOf, type TensorThing, type Thing } from "./things.ts";
import { describeThing } from "./type.ts";

const depthLimit = 64;

/** Marks a carried axis inside a module, so that no name there meets it. */
const carriedMark = "^";

/** Axes as the caller knows them, for messages. */
export function printAxes(x: TensorThing): string {
  const axes = x.axes.map((name, i) => `${name.replaceAll(carriedMark, "")}: ${printDim(dimsOf(x)[i] ?? 0)}`);
  return `[${axes.join(", ")}]`;
}

/** A module of the language applied: its signature matched from the right, its body run, the result under the caller's names. */
export function applyUserModule(
  recipe: RecipeThing,
  declaration: ModuleNode,
  home: Env,
  inputs: readonly Thing[],
  path: string,
  env: Env,
  span: Span,
): Thing {
  const reporter: Reporter = env.session.reporter;
  const around = bodyOf(env);
  spend(env.session, span);
  if (around.depth >= depthLimit) return reporter.refuse("too-deep", span, { limit: depthLimit });
  const { names, sizes, callers } = matchInputs(declaration, inputs, env, span);
  const bound = bindDeclared(recipe.name, declaration.parameters, recipe.args, env, span);
  return reporter.within(span, `in this use of \`${declaration.name.text}\``, () => {
    const result = resultOf(declaration, home, [...sizes, ...names], bound, path, around);
    if (declaration.result !== undefined && result.thing.kind === "tensor") {
      checkResult(result.thing, declaration.result, declaration.name.text, result.scope, span);
    }
    return handBack(result.thing, callers, env, span);
  });
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

interface Matched {
  readonly names: readonly (readonly [string, Thing])[];
  readonly sizes: ReadonlyMap<string, Thing>;
  /** The caller's names of the signature's axes. */
  readonly callers: ReadonlyMap<string, string>;
}

function matchInputs(declaration: ModuleNode, given: readonly Thing[], env: Env, span: Span): Matched {
  const reporter: Reporter = env.session.reporter;
  const things = byName(declaration, given);
  const names: [string, Thing][] = [];
  const sizes = new Map<string, Thing>();
  const dims = new Map<string, { dim: Dim; from: string }>();
  const callers = new Map<string, string>();
  declaration.inputs.forEach((input, i) => {
    const thing = things[i];
    if (thing === undefined || thing.kind === "none") {
      if (!input.optional) {
        reporter.refuse("missing-argument", span, {
          callee: `\`${declaration.name.text}\``,
          name: input.name.text,
          expected: "a tensor",
        });
      }
      names.push([input.name.text, none]);
      return;
    }
    if (input.many) {
      const items = thing.kind === "list" || thing.kind === "tuple" ? thing.items : [thing];
      names.push([
        input.name.text,
        { kind: "list", items: items.map((item) => asTensor(item, input, declaration, env, span)) },
      ]);
      return;
    }
    const tensor = asTensor(thing, input, declaration, env, span);
    names.push([
      input.name.text,
      input.shape === undefined
        ? tensor
        : matchShape(tensor, input, input.shape, dims, callers, declaration, env, span),
    ]);
  });
  if (things.length > declaration.inputs.length) {
    reporter.refuse("too-many-arguments", span, {
      callee: `\`${declaration.name.text}\``,
      most: declaration.inputs.length,
    });
  }
  for (const [name, { dim }] of dims) sizes.set(name, sizeOf(dim));
  return { names, sizes, callers };
}

/** A map of tensors fills inputs by name (language rule 19). */
function byName(declaration: ModuleNode, given: readonly Thing[]): readonly (Thing | undefined)[] {
  const only = given[0];
  if (given.length === 1 && only?.kind === "map")
    return declaration.inputs.map(({ name }) => only.entries.get(name.text));
  if (given.length === 1 && only?.kind === "tuple") return only.items;
  const many = declaration.inputs.length === 1 && declaration.inputs[0]?.many === true;
  return many && given.length > 1 ? [{ kind: "list", items: given }] : given;
}

function asTensor(thing: Thing, input: Input, declaration: ModuleNode, env: Env, span: Span): TensorThing {
  if (thing.kind === "poison") throw new Refusal();
  const tensor = toTensor(thing, env, span);
  if (tensor !== undefined) return tensor;
  return env.session.reporter.refuse("wrong-type", span, {
    what: `\`${input.name.text}\` of \`${declaration.name.text}\``,
    expected: "a tensor",
    actual: describeThing(thing),
  });
}

/** Matches a tensor's axes against a signature, from the right; what is left over is carried (language rules b.2). */
function matchShape(
  tensor: TensorThing,
  input: Input,
  shape: ShapeNode,
  dims: Map<string, { dim: Dim; from: string }>,
  callers: Map<string, string>,
  declaration: ModuleNode,
  env: Env,
  span: Span,
): TensorThing {
  const reporter: Reporter = env.session.reporter;
  const wanted = shape.axes.filter(({ kind }) => kind !== "carried");
  const carries = shape.axes.some(({ kind }) => kind === "carried");
  const have = dimsOf(tensor);
  const lead = tensor.axes.length - wanted.length;
  const what = `\`${input.name.text}\` of \`${declaration.name.text}\``;
  const mismatch = (): never =>
    reporter.refuse(
      "shape-mismatch",
      span,
      { what, left: printAxes(tensor), right: textOf(shape) },
      {
        related: [{ span: shape.span, text: "the module takes this" }],
      },
    );
  if (lead < 0 || (!carries && lead > 0)) {
    if (wanted.some((axis) => axis.kind === "axis" && axis.name.text === "time") && !tensor.axes.includes("time")) {
      reporter.refuse(
        "needs-clip",
        span,
        { what: `\`${declaration.name.text}\`` },
        { help: "give the stage a `clip:`" },
      );
    }
    mismatch();
  }
  const axes = tensor.axes.slice(0, lead).map((name) => (name === "time" ? name : `${carriedMark}${name}`));
  wanted.forEach((axis, i) => {
    const name = tensor.axes[lead + i] ?? "";
    const dim = have[lead + i] ?? 1;
    if (axis.kind !== "axis") {
      axes.push(`${carriedMark}${name}`);
      return;
    }
    const inside = axis.name.text;
    if ((inside === "time") !== (name === "time")) {
      if (inside === "time" && !tensor.axes.includes("time")) {
        reporter.refuse(
          "needs-clip",
          span,
          { what: `\`${declaration.name.text}\`` },
          { help: "give the stage a `clip:`" },
        );
      }
      mismatch();
    }
    const known = dims.get(inside);
    if (known !== undefined && !sameDim(known.dim, dim)) {
      reporter.refuse(
        "shape-mismatch",
        span,
        { what, left: `${name}: ${printDim(dim)}`, right: `${inside}: ${printDim(known.dim)} of \`${known.from}\`` },
        { related: [{ span: shape.span, text: "the module takes this" }] },
      );
    }
    if (known === undefined) dims.set(inside, { dim, from: input.name.text });
    if (!callers.has(inside)) callers.set(inside, name);
    axes.push(inside);
  });
  return { ...tensor, axes };
}

function textOf({ span }: { readonly span: Span }): string {
  return span.source.text.slice(span.start, span.end);
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
      if (statement.shape !== undefined && made.kind === "tensor")
        checkResult(made, statement.shape, name, place, statement.span);
      scope.local?.names.set(name, made);
    });
  }
  return undefined;
}

/** A recipe that is named becomes a layer, a list of them a list of layers (language rules b.1). */
export function asLayer(thing: Thing, path: string): Thing {
  if (thing.kind === "recipe") return { kind: "layer", path, of: thing, encoder: undefined };
  if (
    thing.kind === "list" &&
    thing.items.length > 0 &&
    thing.items.every((item) => item.kind === "recipe" || item.kind === "layer")
  ) {
    const layers: LayerThing[] = [];
    thing.items.forEach((item, i) => {
      const layer = asLayer(item, `${path}[${i}]`);
      if (layer.kind === "layer") layers.push(layer);
    });
    return { kind: "layer", path, of: { kind: "sequence", layers }, encoder: undefined };
  }
  return thing;
}

/** Checks a tensor against `[.., n, d: 2 * k]`. */
export function checkResult(result: TensorThing, shape: ShapeNode, name: string, scope: Env, span: Span): void {
  const reporter: Reporter = scope.session.reporter;
  const wanted = shape.axes.filter(({ kind }) => kind !== "carried");
  const have = dimsOf(result);
  const lead = result.axes.length - wanted.length;
  const carries = shape.axes.some(({ kind }) => kind === "carried");
  const fits =
    lead >= 0 &&
    (carries || lead === 0) &&
    wanted.every((axis, i) => {
      if (axis.kind !== "axis") return true;
      const known = axis.size === undefined ? scope.local?.names.get(axis.name.text) : undefined;
      const size =
        axis.size === undefined ? sizeFrom(known) : sizeThing(evaluate(axis.size, scope), axis.size.span, scope);
      return size === undefined || sameDim(size, have[lead + i] ?? -1);
    });
  if (!fits) {
    reporter.refuse(
      "shape-mismatch",
      span,
      { what: `the result of \`${name}\``, left: printAxes(result), right: textOf(shape) },
      {
        related: [{ span: shape.span, text: "declared here" }],
      },
    );
  }
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
  const twice = axes.find((name, i) => axes.indexOf(name) !== i);
  if (twice !== undefined) {
    return env.session.reporter.refuse(
      "duplicate-axis",
      span,
      { axis: twice },
      { help: `its shape would be ${printShape(dimsOf(result))}` },
    );
  }
  return { ...result, axes };
}
