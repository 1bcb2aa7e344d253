import type { Argument, Expr, Item } from "../syntax/ast.ts";
import { type Env, localNamed } from "./env.ts";
import { visible } from "./files.ts";
import { library } from "./library-calls.ts";
import { listsLabel } from "./names.ts";
import { suggestion } from "./nearest.ts";
import { listFunctions, numberFunctions } from "./number-functions.ts";
import { own } from "./own.ts";
import { tensorFunctions } from "./tensors/index.ts";
import { any, labelsOf, type Type } from "./type.ts";
import { reportUnknown } from "./unknown-name.ts";

/** Names in a branch that is not taken: it is not elaborated, but what it calls must exist and take what it is given (language rule 6). */
export function checkUntaken(expr: Expr, env: Env, wanted: Type = any): void {
  switch (expr.kind) {
    case "name":
      if (!listsLabel(wanted, expr.name) && !known(expr.name, env))
        reportUnknown(expr.name, expr.span, "thing", env, labelsOf(wanted));
      break;
    case "map":
      for (const { value, suffixes } of expr.entries)
        if (suffixes.length === 0 && value.kind !== "name") checkUntaken(value, env);
      break;
    case "tuple":
      for (const item of expr.items) checkUntaken(item, env);
      break;
    case "list":
      items(expr.items, env);
      break;
    case "call":
      called(expr.callee, expr.args, env);
      break;
    case "send":
      checkUntaken(expr.value, env);
      if (expr.to.kind === "call") called(expr.to.callee, expr.to.args, env);
      else if (expr.to.kind === "name") called(expr.to, [], env);
      break;
    case "binary":
      checkUntaken(expr.left, env);
      checkUntaken(expr.right, env);
      break;
    case "unary":
      checkUntaken(expr.operand, env);
      break;
    case "index":
    case "member":
    case "with":
      checkUntaken(expr.target, env);
      break;
    case "choice":
      checkUntaken(expr.consequent, env, wanted);
      checkUntaken(expr.otherwise, env, wanted);
      break;
    case "match":
      for (const arm of expr.arms) checkUntaken(arm.value, env, wanted);
      break;
    default:
  }
}

function items(list: readonly Item[], env: Env): void {
  for (const item of list) {
    // Loop variables are not known here.
    if (item.kind === "item" && item.suffixes.length === 0 && item.value.kind !== "name") checkUntaken(item.value, env);
  }
}

/** What is called, and the names of its arguments; values that are bare names may be labels or axes. */
function called(callee: Expr, args: readonly Argument[], env: Env): void {
  if (callee.kind !== "name") checkUntaken(callee, env);
  else if (!known(callee.name, env)) reportUnknown(callee.name, callee.span, "module or function", env);
  else {
    const names = parametersOf(callee.name, env);
    for (const { name } of args) {
      if (name === undefined || names === undefined || names.includes(name.text)) continue;
      const holes = { callee: `\`${callee.name}\``, name: name.text };
      env.session.reporter.report("unknown-argument", name.span, holes, { help: suggestion(name.text, names) });
    }
  }
  for (const { value, suffixes } of args) if (suffixes.length === 0 && value.kind !== "name") checkUntaken(value, env);
}

function parametersOf(name: string, env: Env): readonly string[] | undefined {
  if (localNamed(env, name) !== undefined) return undefined;
  const found = visible(env.file, name)?.declaration;
  if (found !== undefined)
    return "parameters" in found ? found.parameters.map((parameter) => parameter.name.text) : undefined;
  const spec = own(tensorFunctions, name);
  if (spec === undefined || name === "rename") return undefined;
  return [...Object.keys(spec.params), ...(spec.inputs === "many" ? [] : spec.inputs)];
}

function known(name: string, env: Env): boolean {
  return (
    localNamed(env, name) !== undefined ||
    visible(env.file, name) !== undefined ||
    Object.hasOwn(tensorFunctions, name) ||
    Object.hasOwn(library, name) ||
    Object.hasOwn(numberFunctions, name) ||
    listFunctions.has(name) ||
    name === "forced" ||
    env.file.aliases.has(name)
  );
}
