import type { Span } from "../diagnostics/source.ts";
import type { Argument, Expr } from "../syntax/ast.ts";
import { applyModule } from "./apply.ts";
import { borrowedLayer } from "./borrowed.ts";
import { mergeArguments, namedInputs, splitInputs } from "./call-inputs.ts";
import { callLibrary } from "./call-library.ts";
import { blendThing, foldOf } from "./data-parts.ts";
import { type Env, localNamed } from "./env.ts";
import { evaluate, forEachSuffix } from "./evaluate.ts";
import { type Named, visible } from "./files.ts";
import { invokeDeclaration } from "./invoke.ts";
import { library } from "./library-calls.ts";
import { lookUp } from "./names.ts";
import { listFunctions, numberFunctions } from "./number-functions.ts";
import { argumentValue } from "./parameters.ts";
import { Refusal } from "./reporter.ts";
import { tensorFunctions } from "./tensors/index.ts";
import { type Arguments, type Given, number, type RecipeThing, type Thing } from "./things.ts";
import { any, describeThing, type Type } from "./type.ts";
import { callableNames, reportUnknown } from "./unknown-name.ts";

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
export function calledName(callee: Expr, env: Env): string | undefined {
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
  reportUnknown(callee.name, callee.span, "module or function", env, callableNames(env));
  throw new Refusal();
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
