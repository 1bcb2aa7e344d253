import { maskWidthOf, widthOf } from "../library/task.ts";
import type { Expr } from "../syntax/ast.ts";
import { activated } from "./activation.ts";
import { instanceOf, thingNamed } from "./declarations.ts";
import { type Env, inner, localNamed } from "./env.ts";
import { evaluate, taskNamed } from "./evaluate.ts";
import { labelInput } from "./model-build.ts";
import { asLayer } from "./modules.ts";
import { suggestion } from "./nearest.ts";
import { bindDeclared, typeOf } from "./parameters.ts";
import { Refusal, type Reporter } from "./reporter.ts";
import type { LayerThing, TaskThing, Thing } from "./things.ts";
import { describeThing } from "./type.ts";

type Member = Extract<Expr, { kind: "member" }>;

/** `a.b`, by what `a` is. */
export function memberOf(expr: Member, env: Env): Thing {
  const reporter: Reporter = env.session.reporter;
  const name = expr.name.text;
  const alias =
    expr.target.kind === "name" && localNamed(env, expr.target.name) === undefined
      ? env.file.aliases.get(expr.target.name)
      : undefined;
  if (alias !== undefined) {
    const found = alias.own.get(name);
    if (found !== undefined) return thingNamed(env.session, found, expr.span);
    return reporter.refuse(
      "unknown-name",
      expr.name.span,
      { kind: "declaration in that file", name },
      { help: suggestion(name, alias.own.keys()) },
    );
  }
  let target = evaluate(expr.target, env);
  if (target.kind === "declaration") target = instanceOf(env.session, target, expr.target.span) ?? target;
  switch (target.kind) {
    case "poison":
      throw new Refusal();
    case "map": {
      const key = target.entries.has(name) ? name : taskNamed(name, env);
      const entry = key === undefined ? undefined : target.entries.get(key);
      if (entry !== undefined) return entry;
      return noMember(target, name, target.entries.keys(), expr, env);
    }
    case "stage":
      return { kind: "member", stage: target, name: taskNamed(name, env) ?? name, span: expr.name.span };
    case "member":
      return { ...target, name: `${target.name}.${name}` };
    case "data":
      if (name === "train" || name === "val" || name === "test" || name === "all")
        return { kind: "part", data: target, part: name };
      return noMember(target, name, ["train", "val", "test", "all"], expr, env);
    case "layer":
      return subLayer(target, expr, env);
    case "task":
      return readHead(target, expr, env);
    default:
      return noMember(target, name, [], expr, env);
  }
}

function noMember(target: Thing, name: string, names: Iterable<string>, expr: Member, env: Env): never {
  return env.session.reporter.refuse(
    "no-member",
    expr.name.span,
    { what: describeThing(target), name },
    { help: suggestion(name, names) },
  );
}

/** A layer that a module's body names (language rule 17). */
function subLayer(layer: LayerThing, expr: Member, env: Env): Thing {
  const name = expr.name.text;
  const { of } = layer;
  if (of.kind === "sequence" || of.callee.kind !== "module") return noMember(layer, name, [], expr, env);
  const { declaration, env: home } = of.callee;
  const names = declaration.body.statements.flatMap((each) => (each.kind === "define" ? [each.name.text] : []));
  const statement = declaration.body.statements.find((each) => each.kind === "define" && each.name.text === name);
  if (statement?.kind !== "define") return noMember(layer, name, names, expr, env);
  const bound = bindDeclared(of.name, declaration.parameters, of.args, env, expr.span);
  const scope = inner(home, bound);
  for (const { name: parameter, type, fallback } of declaration.parameters) {
    if (!bound.has(parameter.text) && fallback !== undefined && isPlain(fallback)) {
      scope.local?.names.set(parameter.text, evaluate(fallback, scope, typeOf(type)));
    }
  }
  const made = asLayer(evaluate(statement.value, scope), `${layer.path}.${name}`);
  return made.kind === "layer" ? made : noMember(layer, name, names, expr, env);
}

/** A default that reads no size of an input. */
function isPlain(expr: Expr): boolean {
  return expr.kind !== "call" && expr.kind !== "binary";
}

/** `au.logits`, `au.output`, `au.label`, `au.mask` (language rule 31). */
function readHead(task: TaskThing, expr: Member, env: Env): Thing {
  const { body } = env;
  const name = expr.name.text;
  if (body === undefined) return noMember(task, name, [], expr, env);
  if (name === "label") return labelInput(body.build, "label", task.name, widthOf(task.meaning));
  if (name === "mask") return labelInput(body.build, "mask", task.name, maskWidthOf(task.meaning));
  const head = body.build.heads.get(task.name);
  if (head === undefined) return env.session.reporter.refuse("no-head", expr.span, { task: task.name });
  if (name === "logits") return head.logits;
  if (name === "output") return { ...head.logits, wire: activated(body.build.g, task, head.logits.wire) };
  return noMember(task, name, ["logits", "output", "label", "mask"], expr, env);
}
