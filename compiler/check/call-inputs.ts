import { isTensorLike } from "./apply.ts";
import { type Env, localNamed } from "./env.ts";
import { evaluate } from "./evaluate.ts";
import { Refusal } from "./reporter.ts";
import { type Arguments, type Given, none, type Thing } from "./things.ts";

export function mergeArguments(first: Arguments, more: Arguments): Arguments {
  return {
    positional: [...first.positional, ...more.positional],
    named: new Map([...first.named, ...more.named]),
  };
}

/** Positional arguments at the front that are tensors are inputs; the others are parameters. */
export function splitInputs(
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
export function namedInputs(
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
