import { completed } from "../check/completed.ts";
import { type Env, localNamed } from "../check/env.ts";
import { evaluate, forEachSuffix, keyOf, takenBranch } from "../check/evaluate.ts";
import { attempt } from "../check/reporter.ts";
import type { Thing } from "../check/things.ts";
import { any, type Type } from "../check/type.ts";
import type { Argument, Expr, Suffix } from "../syntax/ast.ts";
import { thingText } from "./thing-text.ts";

/**
 * What an expression means where it stands, as text without the variables, loops and conditions of the place: as a value if it is one, else as
 * it was written, with every part of it resolved.
 */
export function exprText(expr: Expr, env: Env, wanted: Type = any): string {
  const thing = attempt<Thing | undefined>(
    () => evaluate(expr, env, wanted),
    () => undefined,
  );
  return (thing === undefined ? undefined : thingText(completed(thing))) ?? written(expr, env, wanted);
}

/** Parts bind at least as strongly as what is around them. */
function written(expr: Expr, env: Env, wanted: Type): string {
  const part = (each: Expr) => grouped(each, exprText(each, env));
  switch (expr.kind) {
    case "name": {
      const local = localNamed(env, expr.name);
      return (local === undefined ? undefined : thingText(local)) ?? expr.name;
    }
    case "binary":
      return `${part(expr.left)} ${expr.operator} ${part(expr.right)}`;
    case "unary":
      return expr.operator === "not" ? `not ${part(expr.operand)}` : `-${part(expr.operand)}`;
    case "send":
      return `${exprText(expr.value, env)} -> ${calleeText(expr.to, env)}`;
    case "call":
      return calleeText(expr, env);
    case "member":
      return `${part(expr.target)}.${expr.name.text}`;
    case "index": {
      const indices = expr.indices.map(({ axis, value }) => {
        const text = exprText(value, env);
        return axis === undefined ? text : `${axis.text}: ${text}`;
      });
      return `${part(expr.target)}[${indices.join(", ")}]`;
    }
    case "tuple":
      return `(${expr.items.map((item) => exprText(item, env)).join(", ")})`;
    case "list":
      return `[${expr.items
        .flatMap((item) => {
          if (item.kind === "carried") return [".."];
          if (item.kind === "axis") return [`${item.name.text}: ${exprText(item.size, env)}`];
          return unrolled(item.suffixes, env, (here) => exprText(item.value, here));
        })
        .join(", ")}]`;
    case "map":
      return `{${expr.entries
        .flatMap(({ suffixes, path, value }) =>
          unrolled(suffixes, env, (here) => `${keyOf(path, here)}: ${exprText(value, here)}`),
        )
        .join(", ")}}`;
    case "choice":
    case "match":
      return exprText(takenBranch(expr, env), env, wanted);
    case "range":
      return [expr.start, expr.end]
        .map((end) => (end === undefined ? "" : part(end)))
        .join(" .. ")
        .trim();
    case "with":
      return `${part(expr.target)} with ${exprText(expr.changes, env)}`;
    default: {
      const { source, start, end } = expr.span;
      return source.text.slice(start, end);
    }
  }
}

/** What is called stays a name: what it stands for may be a module of the file. */
function calleeText(expr: Expr, env: Env): string {
  if (expr.kind !== "call") return expr.kind === "name" ? expr.name : exprText(expr, env);
  return `${calleeText(expr.callee, env)}(${expr.args.flatMap((arg) => argumentTexts(arg, env)).join(", ")})`;
}

/** Arguments that a loop makes are one list. */
function argumentTexts({ name, value, suffixes }: Argument, env: Env): readonly string[] {
  const named = (text: string) => (name === undefined ? text : `${name.text}: ${text}`);
  const texts = unrolled(suffixes, env, (here) => exprText(value, here));
  return suffixes.some(({ kind }) => kind === "for") ? [named(`[${texts.join(", ")}]`)] : texts.map(named);
}

function unrolled(suffixes: readonly Suffix[], env: Env, text: (here: Env) => string): readonly string[] {
  const texts: string[] = [];
  forEachSuffix(suffixes, env, (here) => texts.push(text(here)));
  return texts;
}

/** In brackets where it would fall apart otherwise. */
function grouped(expr: Expr, text: string): string {
  const loose = ["binary", "send", "with", "range", "unary"].includes(expr.kind);
  return loose && /[ -]/.test(text) ? `(${text})` : text;
}
