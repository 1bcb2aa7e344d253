import type { Span } from "../diagnostics/source.ts";
import { finite } from "./arithmetic.ts";
import type { Env } from "./env.ts";
import { own } from "./own.ts";
import type { Reporter } from "./reporter.ts";
import { spend } from "./session.ts";
import { number, type Thing } from "./things.ts";

interface NumberFunction {
  readonly doc: string;
  readonly of: (numbers: readonly number[]) => number;
}

/** Functions of numbers known before anything runs; a name here may also be a tensor function. */
export const numberFunctions: Readonly<Record<string, NumberFunction>> = {
  max: { doc: "The greatest of numbers.", of: (numbers) => numbers.reduce((most, each) => Math.max(most, each)) },
  min: { doc: "The least of numbers.", of: (numbers) => numbers.reduce((least, each) => Math.min(least, each)) },
  sum: { doc: "The sum of numbers.", of: (numbers) => numbers.reduce((total, each) => total + each, 0) },
  mean: {
    doc: "The mean of numbers.",
    of: (numbers) => numbers.reduce((total, each) => total + each, 0) / numbers.length,
  },
  abs: { doc: "The absolute value.", of: ([x = 0]) => Math.abs(x) },
  sqrt: { doc: "The square root.", of: ([x = 0]) => Math.sqrt(x) },
  exp: { doc: "e to the power of a number.", of: ([x = 0]) => Math.exp(x) },
  log: { doc: "The natural logarithm.", of: ([x = 0]) => Math.log(x) },
  floor: { doc: "The greatest whole number that is not above.", of: ([x = 0]) => Math.floor(x) },
  ceil: { doc: "The least whole number that is not below.", of: ([x = 0]) => Math.ceil(x) },
};

/** Functions of or to lists, each with what it is, for people. */
export const listFunctions: ReadonlyMap<string, string> = new Map([
  ["len", "How many items a list, or entries a map, has."],
  ["range", "The list 0 .. n − 1."],
]);

const rangeLimit = 10_000;

export function applyListFunction(name: string, thing: Thing, env: Env, span: Span): Thing {
  const reporter: Reporter = env.session.reporter;
  if (name === "len") {
    if (thing.kind === "list") return number(thing.items.length);
    if (thing.kind === "map") return number(thing.entries.size);
    return reporter.refuse("wrong-type", span, { what: "what `len` counts", expected: "a list", actual: thing.kind });
  }
  if (thing.kind !== "number" || !Number.isInteger(thing.value) || thing.value < 0 || thing.value > rangeLimit) {
    return reporter.refuse("out-of-range", span, {
      what: "what `range` counts to",
      expected: `a whole number from 0 to ${rangeLimit}`,
      actual: thing.kind === "number" ? thing.value : thing.kind,
    });
  }
  spend(env.session, span, thing.value);
  return { kind: "list", items: Array.from({ length: thing.value }, (_, i) => number(i)) };
}

/** The result if all arguments are numbers or one list of numbers; of nothing, only a sum has a value (language rule 10). */
export function applyNumberFunction(name: string, args: readonly Thing[], env: Env, span: Span): Thing | undefined {
  const rule = own(numberFunctions, name);
  if (rule === undefined) return undefined;
  const only = args[0];
  const items = args.length === 1 && only?.kind === "list" ? only.items : args;
  spend(env.session, span, items.length);
  const numbers: number[] = [];
  for (const item of items) {
    if (item.kind !== "number") return undefined;
    numbers.push(item.value);
  }
  if (numbers.length === 0 && name !== "sum")
    return env.session.reporter.refuse("empty-list", span, { callee: `\`${name}\`` });
  return finite(rule.of(numbers), `\`${name}\``, env, span);
}
