import type { Span } from "../diagnostics/source.ts";
import { maskWidthOf, widthOf } from "../library/task.ts";
import type { Expr } from "../syntax/ast.ts";
import { activated } from "./activation.ts";
import { partNames, partOf } from "./data-parts.ts";
import { instanceOf, thingNamed } from "./declarations.ts";
import { type Env, inner, localNamed } from "./env.ts";
import { evaluate, taskNamed } from "./evaluate.ts";
import { MentionedNames } from "./mentioned-names.ts";
import { labelInput } from "./model-build.ts";
import { fieldNamed } from "./model-data.ts";
import { asLayer } from "./modules.ts";
import { lookUp } from "./names.ts";
import { suggestion } from "./nearest.ts";
import { withSettings } from "./overrides.ts";
import { bindDeclared, typeOf } from "./parameters.ts";
import { Refusal, type Reporter } from "./reporter.ts";
import { noteRead } from "./session.ts";
import type { LayerThing, TaskThing, TensorThing, Thing } from "./things.ts";
import { describeThing } from "./type.ts";

type Member = Extract<Expr, { kind: "member" }>;

/** `a.b`, by what `a` is; of a stage, what it offers (language rule 46). */
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
  // A dot with no word behind it is a mistake of the text, which is told already.
  if (name === "") throw new Refusal();
  if (target.kind === "declaration") target = instanceOf(env.session, target, expr.target.span) ?? target;
  switch (target.kind) {
    case "poison":
      throw new Refusal();
    case "map": {
      const key = target.entries.has(name) ? name : taskNamed(name, env);
      const entry = key === undefined ? undefined : target.entries.get(key);
      if (entry !== undefined && key !== undefined) {
        noteRead(env.session, target.entries, key);
        return entry;
      }
      return env.session.reporter.refuse(
        "no-member",
        expr.name.span,
        { what: isTerms(target) ? "the loss" : "this map", name },
        {
          help:
            suggestion(name, target.entries.keys()) ??
            `it has ${[...target.entries.keys()].map((each) => `\`${each}\``).join(", ") || "no entries"}`,
        },
      );
    }
    case "stage":
      return { kind: "member", stage: target, name: taskNamed(name, env) ?? name, span: expr.name.span };
    case "member":
      return { ...target, name: `${target.name}.${name}` };
    case "chosen": {
      // All of them are alike in what is used; which one it is, is known only after running (language rule 74).
      const [first] = target.stages;
      if (first === undefined) throw new Refusal();
      if (env.body !== undefined)
        return reporter.refuse(
          "wrong-type",
          expr.span,
          {
            what: "what a model reads",
            expected: "a stage that is known before anything runs",
            actual: describeThing(target),
          },
          { help: "`best` is for `assemble` and `init`" },
        );
      const member = taskNamed(name, env) ?? name;
      return { kind: "member", stage: first, name: member, span: expr.name.span, choice: target };
    }
    case "data":
      if (name === "fold") return { kind: "folding", data: target };
      if (isPart(name)) return partOf(target, name, expr.name.span, env);
      return noMember(target, name, [...partNames, "fold"], expr, env);
    case "layer":
      return subLayer(target, name, expr.name.span, env);
    case "view": {
      const task = lookUp(name, expr.name.span, env);
      if (task?.kind === "task") return { ...task, view: target.pass };
      // A tensor of the model, as this pass makes it.
      if (task?.kind === "tensor") return { ...task, wire: target.pass.of(task.wire) };
      return noMember(target, name, env.body === undefined ? [] : env.body.build.heads.keys(), expr, env);
    }
    case "tensor":
      return presence(target, expr, env);
    case "task":
      return readHead(target, expr, env);
    default:
      return noMember(target, name, [], expr, env);
  }
}

/** Whether a map is the terms of a loss. */
function isTerms({ entries }: Extract<Thing, { kind: "map" }>): boolean {
  const [first] = entries.values();
  return first?.kind === "call" && first.family === "term";
}

function noMember(target: Thing, name: string, names: Iterable<string>, expr: Member, env: Env): never {
  return env.session.reporter.refuse(
    "no-member",
    expr.name.span,
    { what: describeThing(target), name },
    { help: suggestion(name, names) },
  );
}

/** `audio.present`: 1 where a frame has the field, [.., 1]; only of one that can be missing (language rule 38). */
function presence(tensor: TensorThing, expr: Member, env: Env): Thing {
  const build = env.body?.build;
  const name = build === undefined ? undefined : [...build.fields].find(([, field]) => field.wire === tensor.wire)?.[0];
  if (build === undefined || name === undefined || expr.name.text !== "present") {
    const names = name === undefined ? [] : ["present"];
    return noMember(tensor, expr.name.text, names, expr, env);
  }
  const reporter: Reporter = env.session.reporter;
  const field = fieldNamed(build.data, name, expr.span, build.stage, reporter);
  if (!field.canBeMissing) {
    return reporter.refuse(
      "never-missing",
      expr.name.span,
      { field: name },
      { help: "write missing: mask in the data's field", related: [{ span: field.call.span, text: "declared here" }] },
    );
  }
  const lead = build.time === undefined || field.per === "video" ? [build.batch] : [build.batch, build.time];
  const wire = build.g.input("field", `${name}.present`, { dtype: "float32", shape: [...lead, 1] });
  return { kind: "tensor", wire, batched: true, axes: lead.length === 1 ? ["p"] : ["time", "p"] };
}

function isPart(name: string): name is (typeof partNames)[number] {
  return partNames.some((part) => part === name);
}

/** A layer that a module's body names (language rule 17). */
export function subLayer(layer: LayerThing, name: string, span: Span, env: Env): LayerThing {
  const lacks = (names: readonly string[]): never =>
    env.session.reporter.refuse(
      "no-member",
      span,
      { what: describeThing(layer), name },
      { help: suggestion(name, names) },
    );
  const { of } = layer;
  if (of.kind === "sequence" || of.callee.kind !== "module") return lacks([]);
  const { declaration, env: home } = of.callee;
  const names = declaration.body.statements.flatMap((each) => (each.kind === "define" ? [each.name.text] : []));
  const statement = declaration.body.statements.find((each) => each.kind === "define" && each.name.text === name);
  if (statement?.kind !== "define") return lacks(names);
  const given = bindDeclared(of.name, declaration.parameters, of.args, env, span);
  const bound = withSettings(env.session, declaration, home, given);
  const scope = inner(home, bound);
  const axes = declaration.inputs.flatMap(({ shape }) => shape?.axes ?? []);
  const unknown = new Set(axes.flatMap((axis) => (axis.kind === "axis" ? [axis.name.text] : [])));
  for (const { name: parameter, type, fallback } of declaration.parameters) {
    if (bound.has(parameter.text) || fallback === undefined) continue;
    if (mentions(fallback, unknown)) unknown.add(parameter.text);
    else scope.local?.names.set(parameter.text, evaluate(fallback, scope, typeOf(type)));
  }
  const made = asLayer(evaluate(statement.value, scope), `${layer.path}.${name}`);
  return made.kind === "layer" ? made : lacks(names);
}

/** Whether a default reads sizes of inputs, which a layer that is not applied does not know. */
function mentions(expr: Expr, unknown: ReadonlySet<string>): boolean {
  const names = new MentionedNames();
  names.expr(expr);
  return [...names.all].some((name) => unknown.has(name));
}

/** `au.logits`, `au.output`, `au.label`, `au.mask` (language rule 31). */
function readHead(task: TaskThing, expr: Member, env: Env): Thing {
  const { body } = env;
  const name = expr.name.text;
  if (body === undefined) return noMember(task, name, [], expr, env);
  if ((name === "label" || name === "mask") && !body.loss)
    return env.session.reporter.refuse(
      "label-outside-loss",
      expr.span,
      { name: `${task.name}.${name}` },
      { help: `while training, forced(${task.name}, p) gives the label to the model` },
    );
  const seen = (tensor: TensorThing): TensorThing =>
    task.view === undefined ? tensor : { ...tensor, wire: task.view.of(tensor.wire) };
  const head = body.build.heads.get(task.name);
  const { meaning } = head?.task ?? task;
  if (name === "label") return seen(labelInput(body.build, "label", task.name, widthOf(meaning)));
  if (name === "mask") return seen(labelInput(body.build, "mask", task.name, maskWidthOf(meaning)));
  if (body.build.brokenHeads.has(task.name)) throw new Refusal();
  if (head === undefined) {
    const below = body.build.writtenHeads.get(task.name);
    const related = below === undefined ? [] : [{ span: below, text: "its head stands below" }];
    const help = below === undefined ? undefined : `\`head ${task.name}\` must stand above what reads it`;
    return env.session.reporter.refuse("no-head", expr.span, { task: task.name }, { help, related });
  }
  const logits = seen(head.logits);
  if (name === "logits") return logits;
  if (name === "output") return { ...logits, wire: activated(body.build.g, task, logits.wire) };
  return noMember(task, name, ["logits", "output", "label", "mask"], expr, env);
}
