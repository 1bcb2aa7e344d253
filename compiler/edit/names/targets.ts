import type { FileScope } from "../../check/files.ts";
import { typeOf } from "../../check/parameters.ts";
import type { Type } from "../../check/type.ts";
import type { Expr, MapNode } from "../../syntax/ast.ts";
import { type Entity, localEntity, type Scope } from "./entities.ts";
import { flowsInto } from "./flows.ts";
import { memberOf } from "./members.ts";
import { fileEntity, type Program, scopeOf, suffixScope } from "./program.ts";
import { isFunction } from "./vocabulary.ts";

/**
 * What an expression can stand for, as far as names need it: which declaration's members, parameters and keys are meant. Lists stand for
 * their items, so that `s.x for s in from` and `folds[0].au` find their way.
 */
export type Target =
  | { readonly kind: "declaration"; readonly entity: Entity }
  /** Some task: a parameter of that type. */
  | { readonly kind: "task" }
  | { readonly kind: "function"; readonly name: string; readonly call?: Call; readonly scope?: Scope }
  /** What `top_k` gives. */
  | { readonly kind: "result" }
  | { readonly kind: "map"; readonly node: MapNode; readonly scope: Scope }
  /** What a module returns. */
  | { readonly kind: "output"; readonly module: Entity }
  | { readonly kind: "file"; readonly file: FileScope }
  /** `loss` in a stage's block: its terms. */
  | { readonly kind: "terms"; readonly stage: Entity }
  | { readonly kind: "view"; readonly stage: Entity };

type Call = Extract<Expr, { readonly kind: "call" }>;

/** A chain of names longer than this is no spec's. */
const depthLimit = 64;
let depth = 0;

export function targetsOf(program: Program, expr: Expr, scope: Scope): readonly Target[] {
  if (program.targets.has(expr)) return program.targets.get(expr) ?? [];
  if (depth > depthLimit) return [];
  program.targets.set(expr, undefined);
  depth += 1;
  const made = distinct(find(program, expr, scope));
  depth -= 1;
  program.targets.set(expr, made);
  return made;
}

function find(program: Program, expr: Expr, scope: Scope): readonly Target[] {
  const of = (inner: Expr, at: Scope = scope) => targetsOf(program, inner, at);
  switch (expr.kind) {
    case "name":
      return ofName(program, expr.name, scope);
    case "call": {
      const callee = of(expr.callee);
      const name = expr.callee.kind === "name" ? expr.callee.name : "";
      const [first] = expr.args;
      // `best(sweep, metric)` is one of its stages.
      if (name === "best" && expr.args.length === 2 && first !== undefined) return of(first.value);
      if (name === "blend" && first !== undefined && first.value.kind === "map")
        return first.value.entries.flatMap(({ path }) => ofName(program, path.segments[0]?.name.text ?? "", scope));
      // A module with tensors gives what it returns; which it is, its arguments do not always tell.
      return callee.flatMap((target): readonly Target[] => {
        const called: Target = target.kind === "function" ? { ...target, call: expr, scope } : target;
        return [called, ...outputs(program, called)];
      });
    }
    case "send":
      return of(expr.to).flatMap((target) => outputs(program, target));
    case "member":
      return memberOf(program, of(expr.target), expr.name.text, scope).targets;
    case "index": {
      const target = of(expr.target);
      return target.flatMap((each) =>
        each.kind === "map"
          ? each.node.entries.flatMap(({ value, suffixes }) => of(value, suffixScope(program, suffixes, each.scope)))
          : [each],
      );
    }
    case "with":
      return of(expr.target);
    case "choice":
      return [...of(expr.consequent), ...of(expr.otherwise)];
    case "match":
      return expr.arms.flatMap(({ value }) => of(value));
    case "list":
      return expr.items.flatMap((item) =>
        item.kind === "item" ? of(item.value, suffixScope(program, item.suffixes, scope)) : [],
      );
    case "map":
      return [{ kind: "map", node: expr, scope }];
    default:
      return [];
  }
}

function outputs(program: Program, target: Target): readonly Target[] {
  if (target.kind === "function") return resultsOf(program, target);
  if (target.kind !== "declaration") return [];
  const { entity } = target;
  if (entity.kind === "module") return [{ kind: "output", module: entity }];
  // An encoder's output is that of its module.
  if (entity.kind !== "encoder" || entity.value === undefined) return [];
  return targetsOf(program, entity.value, entity.scope).flatMap((each) => outputs(program, each));
}

/** Functions whose result has members: the outputs of an ONNX file by name, the greatest by value and index. */
function resultsOf(program: Program, { name, call, scope }: Extract<Target, { readonly kind: "function" }>) {
  if (name === "top_k") return [{ kind: "result" } as const];
  const named = name === "onnx" ? call?.args.find((arg) => arg.name?.text === "outputs") : undefined;
  return named === undefined || scope === undefined ? [] : targetsOf(program, named.value, scope);
}

function ofName(program: Program, name: string, scope: Scope): readonly Target[] {
  const local = localEntity(scope, name);
  if (local !== undefined) return ofEntity(program, local);
  const found = fileEntity(program, scope.file, name);
  if (found !== undefined) return ofEntity(program, found);
  const alias = scope.file.aliases.get(name);
  if (alias !== undefined) return [{ kind: "file", file: alias }];
  if (name === "loss" && scope.within?.kind === "stage") return [{ kind: "terms", stage: scope.within }];
  return isFunction(name) ? [{ kind: "function", name }] : [];
}

/** What a name stands for once it is found. */
export function ofEntity(program: Program, entity: Entity): readonly Target[] {
  switch (entity.kind) {
    case "binding":
    case "sweep":
    case "definition":
    case "variable":
    case "entry":
      return entity.value === undefined ? [] : targetsOf(program, entity.value, entity.scope);
    case "parameter": {
      if (entity.type !== undefined && mentions(typeOf(entity.type), "task")) return [{ kind: "task" }];
      return flowsInto(program, entity).flatMap(({ expr, scope }) => targetsOf(program, expr, scope));
    }
    case "view":
      return entity.owner === undefined ? [] : [{ kind: "view", stage: entity.owner }];
    case "input":
    case "axis":
    case "term":
    case "field":
    case "label":
    case "alias":
    case "profile":
      return [];
    default:
      return [{ kind: "declaration", entity }];
  }
}

/** Whether a type is, or is a list of, this. */
export function mentions(type: Type, kind: Type["kind"]): boolean {
  if (type.kind === kind) return true;
  if (type.kind === "list") return mentions(type.item, kind);
  return type.kind === "options" && type.options.some((option) => mentions(option, kind));
}

function distinct(targets: readonly Target[]): readonly Target[] {
  const seen = new Map<unknown, Set<string>>();
  return targets.filter((target) => {
    const key =
      target.kind === "declaration"
        ? target.entity
        : target.kind === "map"
          ? target.node
          : target.kind === "output"
            ? target.module
            : target.kind === "file"
              ? target.file
              : target.kind === "task" || target.kind === "result"
                ? target.kind
                : target.kind === "function"
                  ? target.name
                  : target.stage;
    const kinds = seen.get(key) ?? new Set();
    if (kinds.has(target.kind)) return false;
    kinds.add(target.kind);
    seen.set(key, kinds);
    return true;
  });
}

/** Declarations of one kind among targets. */
export function declarationsAmong(targets: readonly Target[], ...kinds: readonly Entity["kind"][]): readonly Entity[] {
  return targets.flatMap((target) =>
    target.kind === "declaration" && kinds.includes(target.entity.kind) ? [target.entity] : [],
  );
}

/** Whether a name in scope stands for a task: then it does so as a key, a head or a member too (language rule 78). */
export function isTask(program: Program, entity: Entity): boolean {
  // A list of tasks is none itself.
  if (entity.type !== undefined && typeOf(entity.type).kind === "list") return false;
  if (entity.kind !== "variable" && entity.value?.kind === "list") return false;
  return ofEntity(program, entity).some(
    (target) => target.kind === "task" || (target.kind === "declaration" && target.entity.kind === "task"),
  );
}

/** The task that a key, a member or a label stands for here: a local name of one, else one of the file. */
export function taskNamed(program: Program, name: string, scope: Scope): Entity | undefined {
  const local = localEntity(scope, name);
  if (local !== undefined) return isTask(program, local) ? local : undefined;
  const found = fileEntity(program, scope.file, name);
  return found?.kind === "task" ? found : undefined;
}

/** Models that a stage trains. */
export function modelsOf(program: Program, stage: Entity): readonly Entity[] {
  const { declaration } = stage;
  if (declaration?.kind !== "stage") return [];
  return declarationsAmong(targetsOf(program, declaration.model, scopeOf(program, declaration, stage.file)), "model");
}
