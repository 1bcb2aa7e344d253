import type { Argument, Expr, Item, ModelNode, ModuleNode, Suffix } from "../syntax/ast.ts";
import { type Env, inner, localNamed } from "./env.ts";
import { type Found, isStandard, visible } from "./files.ts";
import { library } from "./library-calls.ts";
import { memoKind } from "./memo.ts";
import { listsLabel } from "./names.ts";
import { suggestion } from "./nearest.ts";
import { listFunctions, numberFunctions } from "./number-functions.ts";
import { own } from "./own.ts";
import { tensorFunctions } from "./tensors/index.ts";
import { poison } from "./things.ts";
import { any, labelsOf, type Type } from "./type.ts";
import { callableNames, reportUnknown, valueNames } from "./unknown-name.ts";
import { usualArgument } from "./usual-names.ts";

/** Names in a branch that is not taken: it is not elaborated, but what it calls must exist and take what it is given (language rule 6). */
export function checkUntaken(expr: Expr, env: Env, wanted: Type = any): void {
  switch (expr.kind) {
    case "name":
      if (!listsLabel(wanted, expr.name) && !known(expr.name, env))
        reportUnknown(expr.name, expr.span, "thing", env, valueNames(env, labelsOf(wanted)));
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
      // What is compared with a bare name may be a label.
      for (const side of [expr.left, expr.right])
        if (side.kind !== "name" || !comparisons.has(expr.operator)) checkUntaken(side, env);
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

const comparisons: ReadonlySet<string> = new Set(["==", "!=", "in"]);

function items(list: readonly Item[], env: Env): void {
  for (const item of list) {
    // Loop variables are not known here.
    if (item.kind === "item" && item.suffixes.length === 0 && item.value.kind !== "name") checkUntaken(item.value, env);
  }
}

/** What is called, and the names of its arguments; values that are bare names may be labels or axes. */
function called(callee: Expr, args: readonly Argument[], env: Env): void {
  if (callee.kind !== "name") checkUntaken(callee, env);
  else if (!known(callee.name, env))
    reportUnknown(callee.name, callee.span, "module or function", env, callableNames(env));
  else {
    const found = localNamed(env, callee.name) === undefined ? visible(env.file, callee.name) : undefined;
    if (found !== undefined) checkUnappliedBody(found, env);
    const names = parametersOf(callee.name, env);
    for (const { name } of args) {
      if (name === undefined || names === undefined || names.includes(name.text)) continue;
      const holes = { callee: `\`${callee.name}\``, name: name.text };
      env.session.reporter.report("unknown-argument", name.span, holes, {
        help: usualArgument(name.text, names) ?? suggestion(name.text, names),
      });
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

const bodies = memoKind<void>();

/** The same for the body of a module or model that nothing applies: what it is sent is not known, and what it names must exist. */
export function checkUnappliedBody({ declaration, file }: Found, { session }: Pick<Env, "session">): void {
  if (
    (declaration.kind !== "module" && declaration.kind !== "loss" && declaration.kind !== "model") ||
    isStandard(file.source.name)
  )
    return;
  const env: Env = { session, file, local: undefined, body: undefined };
  bodies(session).get(declaration, () => checkBody(declaration, env), {
    decidedBy: () => declaration.name.text,
    inTheMaking: () => undefined,
  });
}

function checkBody({ parameters, inputs, body }: ModuleNode | ModelNode, env: Env): void {
  const axes = inputs.flatMap(({ shape }) => shape?.axes ?? []);
  const sizes = axes.flatMap((axis) => (axis.kind === "axis" ? [axis.name.text] : []));
  const names = new Set([...parameters.map(({ name }) => name.text), ...inputs.map(({ name }) => name.text), ...sizes]);
  for (const statement of body.statements) {
    const suffixes = statement.kind === "return" ? [] : statement.suffixes;
    checkUntaken(statement.value, withNames(env, [...names, ...variablesOf(suffixes)]));
    if (statement.kind === "define") names.add(statement.name.text);
  }
}

function variablesOf(suffixes: readonly Suffix[]): readonly string[] {
  return suffixes.flatMap((suffix) => (suffix.kind === "for" ? [suffix.name.text] : []));
}

function withNames(env: Env, names: readonly string[]): Env {
  return inner(
    env,
    names.map((name) => [name, poison]),
  );
}

function known(name: string, env: Env): boolean {
  const found = visible(env.file, name);
  if (found !== undefined) env.session.ledger.use(found.declaration);
  return (
    localNamed(env, name) !== undefined ||
    found !== undefined ||
    Object.hasOwn(tensorFunctions, name) ||
    Object.hasOwn(library, name) ||
    Object.hasOwn(numberFunctions, name) ||
    listFunctions.has(name) ||
    name === "forced" ||
    env.file.aliases.has(name)
  );
}
