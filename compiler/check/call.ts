import type { Span } from "../diagnostics/source.ts";
import type { Argument, Expr } from "../syntax/ast.ts";
import { applyModule, isTensorLike } from "./apply.ts";
import { borrowedLayer } from "./borrowed.ts";
import { chosenThing } from "./chosen.ts";
import { blendThing, foldOf } from "./data-parts.ts";
import { type Env, localNamed } from "./env.ts";
import { evaluate, forEachSuffix } from "./evaluate.ts";
import { producedTensor } from "./features.ts";
import { type Named, visible } from "./files.ts";
import { forcedThing } from "./forced.ts";
import { invokeDeclaration } from "./invoke.ts";
import { libraryRecipe } from "./library.ts";
import { library } from "./library-calls.ts";
import { lookUp } from "./names.ts";
import { applyListFunction, applyNumberFunction, listFunctions, numberFunctions } from "./number-functions.ts";
import { argumentValue, bindLibrary } from "./parameters.ts";
import { Refusal, type Reporter } from "./reporter.ts";
import { tensorFunctions } from "./tensors/index.ts";
import { type Arguments, type Given, type ListThing, none, number, type RecipeThing, type Thing } from "./things.ts";
import { any, describeThing, type Type } from "./type.ts";
import { reportUnknown } from "./unknown-name.ts";

type Call = Extract<Expr, { kind: "call" }>;

/** `f(a, b: c)` */
export function callExpr(expr: Call, env: Env, wanted: Type): Thing {
  const name = calledName(expr.callee, env);
  const [first] = expr.args;
  if (name === "blend" && expr.args.length === 1 && first?.value.kind === "map")
    return blendThing(first.value, expr.span, env);
  const filled = name === undefined || expr.args.length > 0 ? undefined : filling(name, expr.span, wanted);
  if (filled !== undefined) return filled;
  const args = gather(expr.args, env);
  if (name !== undefined) return callLibrary(name, [], args, env, expr.span, undefined);
  return invoke(calleeThing(expr.callee, env), [], args, env, expr.span, undefined);
}

/** `zeros()` and `ones()` where an initialiser is wanted. */
function filling(name: string, span: Span, wanted: Type): Thing | undefined {
  if (wanted.kind !== "call" || wanted.family !== "initialiser") return undefined;
  if (name !== "zeros" && name !== "ones") return undefined;
  const args = new Map<string, Thing>([["value", number(name === "ones" ? 1 : 0)]]);
  return { kind: "call", family: "initialiser", name: "constant", args, span };
}

/** `value -> f(a)`, which is `f(value, a)`. `expected` is the width that the last step of a head may leave out. */
export function sendExpr(expr: Extract<Expr, { kind: "send" }>, env: Env, expected: number | undefined): Thing {
  const value = evaluate(expr.value, env);
  if (value.kind === "poison") throw new Refusal();
  const sent = value.kind === "tuple" ? value.items : [value];
  const { to } = expr;
  const args = to.kind === "call" ? gather(to.args, env) : noArguments;
  const callee = to.kind === "call" ? to.callee : to;
  const name = calledName(callee, env);
  if (name !== undefined) return callLibrary(name, sent, args, env, to.span, expected);
  return invoke(calleeThing(callee, env), sent, args, env, to.span, expected);
}

export const noArguments: Arguments = { positional: [], named: new Map() };

/** The library's name that a callee stands for, if no local or file name hides it (language rule 8). */
function calledName(callee: Expr, env: Env): string | undefined {
  if (callee.kind !== "name") return undefined;
  const local = localNamed(env, callee.name);
  if (local !== undefined && isCallable(local)) return undefined;
  const { name } = callee;
  const found = visible(env.file, name);
  if (found !== undefined && local === undefined && !isPlainValue(found.declaration)) return undefined;
  const known =
    (name === "forced" && env.body !== undefined) ||
    Object.hasOwn(tensorFunctions, name) ||
    Object.hasOwn(library, name) ||
    listFunctions.has(name) ||
    Object.hasOwn(numberFunctions, name);
  return known ? name : undefined;
}

/** A list, map, number or text under a library function's name: what is called is the function (language rule 8). */
function isPlainValue(declaration: Named): boolean {
  if (declaration.kind !== "binding") return false;
  const { kind } = declaration.value;
  return kind === "list" || kind === "map" || kind === "number" || kind === "string" || kind === "boolean";
}

function isCallable(thing: Thing): boolean {
  return thing.kind === "recipe" || thing.kind === "layer" || thing.kind === "declaration" || thing.kind === "list";
}

function calleeThing(callee: Expr, env: Env): Thing {
  if (callee.kind !== "name") return evaluate(callee, env);
  const thing = lookUp(callee.name, callee.span, env);
  if (thing !== undefined) return thing.kind === "recipe" ? { ...thing, calledAs: callee.name } : thing;
  reportUnknown(callee.name, callee.span, "module or function", env);
  throw new Refusal();
}

/** The mean of several streams, frame by frame (language rule 67). */
function blendOf(list: ListThing, span: Span): Thing | undefined {
  const isStream = (thing: Thing) =>
    thing.kind === "member" ||
    thing.kind === "stage" ||
    thing.kind === "chosen" ||
    ((thing.kind === "call" || thing.kind === "combined") && thing.family === "stream");
  if (list.items.length === 0 || !list.items.every(isStream)) return undefined;
  return { kind: "call", family: "stream", name: "mean", args: new Map([["streams", list]]), span };
}

/** Arguments with their places; those that a `for` makes are one list. */
function gather(args: readonly Argument[], env: Env): Arguments {
  const positional: Given[] = [];
  const named = new Map<string, Given>();
  for (const { name, value, suffixes, span } of args) {
    let given: Given = { expr: value, env, thing: undefined, span: value.span };
    if (suffixes.some(({ kind }) => kind === "for")) {
      const items: Thing[] = [];
      forEachSuffix(suffixes, env, (place) => items.push(evaluate(value, place)));
      given = { expr: undefined, env: undefined, thing: { kind: "list", items }, span };
    } else if (suffixes.length > 0) {
      let kept = false;
      forEachSuffix(suffixes, env, () => {
        kept = true;
      });
      if (!kept) continue;
    }
    if (name === undefined) positional.push(given);
    else if (named.has(name.text)) env.session.reporter.refuse("duplicate-argument", name.span, { name: name.text });
    else named.set(name.text, { ...given, nameSpan: name.span });
  }
  return { positional, named };
}

function callLibrary(
  name: string,
  sent: readonly Thing[],
  args: Arguments,
  env: Env,
  span: Span,
  expected: number | undefined,
): Thing {
  const givenNumbers = numbersOf(name, sent, args);
  if (givenNumbers !== undefined) {
    const first = givenNumbers[0];
    if (listFunctions.has(name) && first !== undefined) return applyListFunction(name, first, env, span);
    const result = applyNumberFunction(name, givenNumbers, env, span);
    if (result !== undefined) return result;
    if (name === "mean" && env.body === undefined && givenNumbers[0]?.kind === "list") {
      const blend = blendOf(givenNumbers[0], span);
      if (blend !== undefined) return blend;
    }
    args = known(args, givenNumbers, sent.length);
  }
  if (name === "forced") {
    const given = args.positional.map((each) => argumentValue(each, any, env, "an argument of `forced`"));
    const p = args.named.get("p");
    const [task, probability] = [...sent, ...given, ...(p === undefined ? [] : [argumentValue(p, any, env, "`p`")])];
    if (task === undefined || probability === undefined) {
      return env.session.reporter.refuse("missing-argument", span, {
        callee: "`forced`",
        name: task === undefined ? "task" : "p",
        expected: task === undefined ? "a task" : "a probability",
      });
    }
    return forcedThing(task, probability, env, span);
  }
  const [only] = args.positional;
  if (name === "size" && env.body === undefined && only?.expr !== undefined)
    return sizeOutside(only.expr, args, env, span);
  const tensorFunction = tensorFunctions[name];
  if (tensorFunction !== undefined && (env.body !== undefined || library[name] === undefined)) {
    const split = splitInputs(args, env, tensorFunction.inputs === "many");
    const before = [...sent, ...split.inputs];
    const { inputs, rest } = namedInputs(tensorFunction.inputs, before.length, split.rest, env);
    const all = [...before, ...inputs];
    const recipe: RecipeThing = { ...libraryRecipe(name, span), args: rest };
    const complete = tensorFunction.inputs !== "many" && tensorFunction.inputs.length === 0;
    if (all.length === 0 && !(complete && env.body !== undefined)) return recipe;
    return applyModule(recipe, all, env, span, expected);
  }
  if (name === "best" && sent.length + args.positional.length === 2) {
    const [of, by] = [
      ...sent,
      ...args.positional.map((given) => argumentValue(given, any, env, "an argument of `best`")),
    ];
    if (of !== undefined && by !== undefined) return chosenThing(of, by, env, span);
  }
  const spec = library[name];
  if (spec === undefined) {
    return env.session.reporter.refuse("not-callable", span, { what: `\`${name}\` with these arguments` });
  }
  const given = [...sent.map((thing): Given => ({ expr: undefined, env: undefined, thing, span })), ...args.positional];
  const positional = spec.variadic === true ? [collected(given, env, firstType(spec.params), span)] : given;
  const bound = bindLibrary(name, spec.params, { positional, named: args.named }, env, span);
  return { kind: "call", family: spec.family, name, args: bound, span };

  function numbersOf(name: string, sent: readonly Thing[], args: Arguments): readonly Thing[] | undefined {
    if (!listFunctions.has(name) && !Object.hasOwn(numberFunctions, name)) return undefined;
    if (args.named.size > 0) return undefined;
    return [
      ...sent,
      ...args.positional.map(
        (given) =>
          given.thing ??
          (given.expr === undefined ? { kind: "none" as const } : evaluate(given.expr, given.env ?? env)),
      ),
    ];
  }
}

/** `size(teacher.x, d)` outside models: the width of a finished stage's tensor. */
function sizeOutside(of: Expr, args: Arguments, env: Env, span: Span): Thing {
  const reporter: Reporter = env.session.reporter;
  const thing = evaluate(of, env);
  if (thing.kind === "poison") throw new Refusal();
  if (thing.kind !== "member") {
    return reporter.refuse("wrong-type", of.span, {
      what: "what `size` measures here",
      expected: "a stage's tensor, such as teacher.x",
      actual: describeThing(thing),
    });
  }
  const { axes, shape } = producedTensor(thing, env, span);
  const given = args.positional[1] ?? args.named.get("axis");
  const axis = given?.expr?.kind === "name" ? given.expr.name : axes.at(-1);
  const size = shape[axes.indexOf(axis ?? "")];
  if (size !== undefined) return number(size);
  return reporter.refuse("unknown-axis", given?.span ?? span, { axis: axis ?? "?", shape: `[${axes.join(", ")}]` });
}

/** Positional arguments that have been evaluated keep their things. */
function known(args: Arguments, things: readonly Thing[], sent: number): Arguments {
  return {
    positional: args.positional.map((given, i) => ({ ...given, thing: things[sent + i] })),
    named: args.named,
  };
}

function firstType(params: Readonly<Record<string, { readonly type: Type }>>): Type {
  return Object.values(params)[0]?.type ?? any;
}

/** All positional arguments as one list; a single list is itself. */
function collected(given: readonly Given[], env: Env, type: Type, span: Span): Given {
  const item = type.kind === "list" ? type.item : any;
  const things = given.map(
    (each) =>
      each.thing ??
      (each.expr === undefined
        ? { kind: "none" as const }
        : evaluate(each.expr, each.env ?? env, { kind: "options", options: [item, type] })),
  );
  const only = things[0];
  const items = things.length === 1 && only?.kind === "list" ? only.items : things;
  return { expr: undefined, env: undefined, thing: { kind: "list", items }, span };
}

/** Applies what is not a library name. */
function invoke(
  callee: Thing,
  sent: readonly Thing[],
  args: Arguments,
  env: Env,
  span: Span,
  expected: number | undefined,
): Thing {
  switch (callee.kind) {
    case "poison":
      throw new Refusal();
    case "declaration":
      return invokeDeclaration(callee, sent, args, env, span);
    case "folding": {
      const given = args.positional.map((each) => argumentValue(each, any, env, "the number of a fold"));
      return foldOf(callee.data, [...sent, ...given], span, env);
    }
    case "recipe": {
      if (callee.callee.kind === "library") {
        const merged = mergeArguments(callee.args, args);
        return callLibrary(callee.name, sent, merged, env, span, expected);
      }
      const split = splitInputs(args, env, false);
      const before = [...sent, ...split.inputs];
      const names = callee.callee.declaration.inputs.map((input) => input.name.text);
      const { inputs, rest } = namedInputs(names, before.length, split.rest, env);
      const all = [...before, ...inputs];
      const recipe: RecipeThing = { ...callee, args: mergeArguments(callee.args, rest), span };
      return all.length === 0 ? recipe : applyModule(recipe, all, env, span, expected);
    }
    case "member":
      if (env.body === undefined)
        return env.session.reporter.refuse("not-callable", span, { what: describeThing(callee) });
      return invoke(borrowedLayer(callee, env), sent, args, env, span, expected);
    case "layer":
    case "list": {
      const { inputs, rest } = splitInputs(args, env, false);
      if (rest.positional.length > 0 || rest.named.size > 0) {
        return env.session.reporter.refuse("not-callable", span, {
          what: `${describeThing(callee)} has its arguments already; it`,
        });
      }
      return applyModule(callee, [...sent, ...inputs], env, span, expected);
    }
    default:
      return env.session.reporter.refuse("not-callable", span, { what: describeThing(callee) });
  }
}

export function mergeArguments(first: Arguments, more: Arguments): Arguments {
  return {
    positional: [...first.positional, ...more.positional],
    named: new Map([...first.named, ...more.named]),
  };
}

/** Positional arguments at the front that are tensors are inputs; the others are parameters. */
function splitInputs(
  args: Arguments,
  env: Env,
  many: boolean,
): { readonly inputs: readonly Thing[]; readonly rest: Arguments } {
  if (env.body === undefined) return { inputs: [], rest: args };
  const inputs: Thing[] = [];
  const rest: Given[] = [];
  for (const given of args.positional) {
    const thing = rest.length === 0 ? tensorArgument(given, env, many) : undefined;
    // Of nothing, an op of many tensors has its own message.
    const nothing = many && thing?.kind === "list" && thing.items.length === 0;
    if (thing !== undefined && (nothing || isTensorLike(thing))) inputs.push(thing);
    else rest.push(thing === undefined ? given : { ...given, thing });
  }
  return { inputs, rest: { positional: rest, named: args.named } };
}

/** Inputs that are given by name, such as `fill:`, in their order behind those that were given by place. */
function namedInputs(
  names: readonly string[] | "many",
  given: number,
  args: Arguments,
  env: Env,
): { readonly inputs: readonly Thing[]; readonly rest: Arguments } {
  if (names === "many" || env.body === undefined) return { inputs: [], rest: args };
  const named = new Map(args.named);
  const inputs: Thing[] = [];
  for (const name of names.slice(given)) {
    const argument = named.get(name);
    if (argument === undefined) break;
    named.delete(name);
    inputs.push(argument.thing ?? (argument.expr === undefined ? none : evaluate(argument.expr, argument.env ?? env)));
  }
  return { inputs, rest: { ...args, named } };
}

/** The argument's thing if it can be a tensor; its expression is evaluated only once. */
function tensorArgument(given: Given, env: Env, many: boolean): Thing | undefined {
  if (given.thing !== undefined) return given.thing;
  const { expr } = given;
  switch (expr?.kind) {
    case "name": {
      const local = localNamed(env, expr.name);
      if (local?.kind === "poison") throw new Refusal();
      return local !== undefined && isTensorLike(local) ? local : undefined;
    }
    case "list":
      return many && expr.items.every(({ kind }) => kind === "item") ? evaluate(expr, env) : undefined;
    case "call":
    case "send":
    case "index":
    case "member":
    case "binary":
    case "unary":
    case "tuple":
    case "choice":
    case "match":
      return evaluate(expr, env);
    default:
      return undefined;
  }
}
