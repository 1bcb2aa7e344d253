import type { Span } from "../diagnostics/source.ts";
import { freshPath, namedPath } from "./body.ts";
import type { Env } from "./env.ts";
import { applyUserModule } from "./modules.ts";
import { argumentPlaces, bindLibrary } from "./parameters.ts";
import type { Reporter } from "./reporter.ts";
import { spend } from "./session.ts";
import { bodyOf, toTensor } from "./tensor-arithmetic.ts";
import { constrained } from "./tensors/axes.ts";
import { tensorFunctions } from "./tensors/index.ts";
import type { Arguments, LayerThing, RecipeThing, TensorThing, Thing } from "./things.ts";
import { describeThing } from "./type.ts";
import { makeUse } from "./use.ts";

/** Whether a thing can be an input of a module. */
export function isTensorLike(thing: Thing): boolean {
  if (thing.kind === "list" || thing.kind === "tuple") return thing.items.length > 0 && thing.items.every(isTensorLike);
  return thing.kind === "tensor" || thing.kind === "member";
}

/** Applies a module to inputs: a recipe with fresh weights, a layer with its own, several in turn. */
export function applyModule(
  module: Thing,
  inputs: readonly Thing[],
  env: Env,
  span: Span,
  expected: number | undefined,
): Thing {
  const reporter: Reporter = env.session.reporter;
  if (env.body === undefined) {
    return reporter.refuse("not-callable", span, { what: `outside a module or model, ${describeThing(module)}` });
  }
  switch (module.kind) {
    case "list":
      return inTurn(module.items, inputs, env, span);
    case "layer":
      return applyLayer(module, inputs, env, span, expected);
    case "recipe":
      return applyRecipe(module, inputs, recipePath(module, env), env, span, expected);
    default:
      return reporter.refuse("not-callable", span, { what: describeThing(module) });
  }
}

/** Where a recipe's weights get their path: `learned` is the name itself (language rule 25). */
function recipePath(recipe: RecipeThing, env: Env): string {
  const body = bodyOf(env);
  const isLearned = recipe.callee.kind === "library" && recipe.name === "learned";
  if (isLearned && body.definition !== "" && !body.repeated.has("learned")) return namedPath(body, body.definition);
  return freshPath(body, recipe.calledAs ?? recipe.name);
}

function applyLayer(
  layer: LayerThing,
  inputs: readonly Thing[],
  env: Env,
  span: Span,
  expected: number | undefined,
): Thing {
  if (layer.encoder !== undefined) bodyOf(env).build.encoders.set(layer.path, layer);
  if (layer.of.kind === "sequence") return inTurn(layer.of.layers, inputs, env, span);
  return applyRecipe(layer.of, inputs, layer.path, env, span, expected);
}

/** The output of each fits into the input of the next; a map feeds the next by input name (language rule 16). */
function inTurn(modules: readonly Thing[], inputs: readonly Thing[], env: Env, span: Span): Thing {
  if (modules.length === 0) return env.session.reporter.refuse("empty-list", span, { callee: "applying" });
  let current: Thing | undefined;
  for (const module of modules) {
    current = applyModule(module, current === undefined ? inputs : [current], env, span, undefined);
  }
  return current ?? { kind: "poison" };
}

/** Nodes, weights and all that is made of them later cost more than an expression. */
const stepsOfLayer = 10;

function applyRecipe(
  recipe: RecipeThing,
  inputs: readonly Thing[],
  path: string,
  env: Env,
  span: Span,
  expected: number | undefined,
): Thing {
  if (recipe.callee.kind === "module") {
    return applyUserModule(recipe, recipe.callee.declaration, recipe.callee.env, inputs, path, env, span, expected);
  }
  const reporter: Reporter = env.session.reporter;
  const spec = tensorFunctions[recipe.name];
  if (spec === undefined) return reporter.refuse("unknown-name", recipe.span, { kind: "module", name: recipe.name });
  const given = recipe.name === "rename" ? renaming(recipe.args, span, reporter) : recipe.args;
  const args = bindLibrary(recipe.name, spec.params, given, env, span);
  const tensors = tensorsOf(recipe.name, spec.inputs === "many", inputs, env, span);
  const [first] = tensors;
  if (spec.joins === true && first !== undefined && tensors.length === 1 && inputs[0]?.kind === "list") return first;
  if (spec.inputs !== "many") {
    const most = spec.inputs.length;
    const least = most - (spec.optional ?? 0);
    if (tensors.length < least || tensors.length > most) {
      const wanted = spec.inputs.map((name) => `\`${name}\``).join(", ");
      return reporter.refuse("wrong-type", span, {
        what: `what goes into \`${recipe.name}\``,
        expected: most === 0 ? "nothing" : `${most === 1 ? "one tensor" : `${most} tensors`} (${wanted})`,
        actual: `${tensors.length}`,
      });
    }
  }
  spend(env.session, span, stepsOfLayer);
  const places = argumentPlaces(Object.keys(spec.params), given);
  const use = makeUse(recipe.name, path, env, bodyOf(env), span, expected, places);
  return constrained(use, () => spec.apply(use, tensors, args));
}

/** `rename(n: j)`: the arguments' names are axes, and so are their values. */
function renaming({ positional, named }: Arguments, span: Span, reporter: Reporter): Arguments {
  const entries = new Map<string, Thing>();
  const refuse = (at: Span) =>
    reporter.refuse("wrong-type", at, {
      what: "what `rename` takes",
      expected: "names of axes, as in `rename(n: j)`",
      actual: at === span ? "nothing" : "something else",
    });
  for (const { span: at } of positional) refuse(at);
  for (const [from, { expr, span: at }] of named)
    if (expr?.kind === "name") entries.set(from, { kind: "label", name: expr.name });
    else refuse(at);
  if (entries.size === 0) refuse(span);
  const pairs: Thing = { kind: "map", entries, places: new Map() };
  return { positional: [{ expr: undefined, env: undefined, thing: pairs, span }], named: new Map() };
}

/** Inputs as tensors. One list or tuple stands for its items. */
function tensorsOf(
  name: string,
  many: boolean,
  inputs: readonly Thing[],
  env: Env,
  span: Span,
): readonly TensorThing[] {
  const only = inputs[0];
  const opened =
    inputs.length === 1 && (only?.kind === "list" || only?.kind === "tuple") && (many || only.kind === "tuple")
      ? only.items
      : inputs;
  return opened.map((thing) => {
    const tensor = toTensor(thing, env, span);
    if (tensor !== undefined) return tensor;
    return env.session.reporter.refuse("wrong-type", span, {
      what: `what goes into \`${name}\``,
      expected: "a tensor",
      actual: describeThing(thing),
    });
  });
}
