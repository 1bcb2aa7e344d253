import type { Span } from "../diagnostics/source.ts";
import type { Expr } from "../syntax/ast.ts";
import { applyModule } from "./apply.ts";
import { namedInputs, splitInputs } from "./call-inputs.ts";
import { chosenThing } from "./chosen.ts";
import type { Env } from "./env.ts";
import { evaluate } from "./evaluate.ts";
import { producedTensor } from "./features.ts";
import { forcedThing } from "./forced.ts";
import { libraryRecipe } from "./library.ts";
import { library } from "./library-calls.ts";
import { applyListFunction, applyNumberFunction, listFunctions, numberFunctions } from "./number-functions.ts";
import { argumentPlaces, argumentValue, bindLibrary } from "./parameters.ts";
import { Refusal, type Reporter } from "./reporter.ts";
import { tensorFunctions } from "./tensors/index.ts";
import { type Arguments, type Given, type ListThing, none, number, type RecipeThing, type Thing } from "./things.ts";
import { any, describeThing, type Type } from "./type.ts";

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

export function callLibrary(
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
  if (name === "best" && sent.length === 0 && args.named.size === 0 && args.positional.length === 1) {
    const [given] = args.positional;
    const thing = given === undefined ? none : argumentValue(given, any, env, "an argument of `best`");
    if (thing.kind === "sweep" || thing.kind === "stage" || thing.kind === "list")
      return env.session.reporter.refuse("missing-argument", span, {
        callee: "`best`",
        name: "metric",
        expected: "a metric, such as score(au)",
      });
    args = known(args, [thing], 0);
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
  const places = argumentPlaces(Object.keys(spec.params), { positional, named: args.named });
  return { kind: "call", family: spec.family, name, args: bound, places, span };

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
  const list: ListThing =
    things.length === 1 && only?.kind === "list"
      ? only
      : { kind: "list", items: things, places: given.map((each) => each.span) };
  return { expr: undefined, env: undefined, thing: list, span };
}
