import type { Argument, Expr } from "../../syntax/ast.ts";
import type { Entity, Scope } from "./entities.ts";
import { localEntity } from "./entities.ts";
import { moduleScope } from "./members.ts";
import { type Program, parameterEntity } from "./program.ts";
import { targetsOf } from "./targets.ts";
import { functionUses } from "./vocabulary.ts";
import { walkFile } from "./walk.ts";

export interface Flow {
  readonly expr: Expr;
  readonly scope: Scope;
}

/** Everything that the files at hand give to a parameter: its default, arguments of calls, overrides, axes of sweeps. */
export function flowsInto(program: Program, parameter: Entity): readonly Flow[] {
  if (program.flows === undefined) {
    // What is asked for on the way gets the defaults alone.
    program.flows = new Map();
    const flows = new Map<Entity, Flow[]>();
    for (const file of program.files.values()) {
      const { calls, changes } = walkFile(program, file);
      for (const call of calls) collectCall(program, call, flows);
      for (const change of changes) collectChanges(program, change, flows);
    }
    program.flows = flows;
    // What was worked out with defaults alone is worked out again.
    program.targets.clear();
  }
  const { value, scope } = parameter;
  const given = program.flows.get(parameter) ?? [];
  return value === undefined ? given : [{ expr: value, scope }, ...given];
}

export interface CallSite {
  readonly callee: Expr;
  readonly args: readonly Argument[];
  readonly scope: Scope;
  /** Whether its tensors are sent to it, so that all arguments are parameters. */
  readonly sent: boolean;
}

export interface ChangeSite {
  readonly target: Expr;
  readonly scope: Scope;
  readonly changes: readonly { readonly name: string; readonly value: Expr; readonly scope: Scope }[];
}

function collectCall(program: Program, { callee, args, scope, sent }: CallSite, into: Map<Entity, Flow[]>): void {
  for (const target of targetsOf(program, callee, scope)) {
    if (target.kind !== "declaration") continue;
    const parameters = parametersOf(program, target.entity);
    const rest = sent ? args : withoutTensors(program, args, target.entity, scope);
    let place = 0;
    for (const { name, value } of rest) {
      const parameter = name === undefined ? parameters[place++] : parameters.find((each) => each.name === name.text);
      if (parameter !== undefined) push(into, parameter, { expr: value, scope });
    }
  }
}

function collectChanges(program: Program, { target, scope, changes }: ChangeSite, into: Map<Entity, Flow[]>): void {
  for (const each of targetsOf(program, target, scope)) {
    if (each.kind !== "declaration") continue;
    const parameters = parametersOf(program, each.entity);
    for (const change of changes) {
      const parameter = parameters.find(({ name }) => name === change.name);
      if (parameter !== undefined) push(into, parameter, { expr: change.value, scope: change.scope });
    }
  }
}

function push(into: Map<Entity, Flow[]>, parameter: Entity, flow: Flow): void {
  const known = into.get(parameter);
  if (known === undefined) into.set(parameter, [flow]);
  else known.push(flow);
}

export function parametersOf(program: Program, entity: Entity): readonly Entity[] {
  const { declaration } = entity;
  if (declaration === undefined || !("parameters" in declaration)) {
    // An encoder is called by its module's parameters, in profiles.
    if (entity.kind !== "encoder" || entity.value === undefined) return [];
    return targetsOf(program, entity.value, entity.scope).flatMap((target) =>
      target.kind === "declaration" && target.entity.kind === "module" ? parametersOf(program, target.entity) : [],
    );
  }
  const scope = moduleScope(program, entity);
  return declaration.parameters.map((parameter) => parameterEntity(program, parameter, scope));
}

/** Arguments of a module's call without the tensors in front, which are its inputs. */
export function withoutTensors(
  program: Program,
  args: readonly Argument[],
  callee: Entity,
  scope: Scope,
): readonly Argument[] {
  const { declaration } = callee;
  if (declaration === undefined || !("inputs" in declaration) || declaration.kind === "model") return args;
  // A loss is of a task, or of two tensors.
  if (declaration.kind === "loss" && args[0]?.value.kind === "name") return args.slice(1);
  const first = args.findIndex(({ value, name }) => name !== undefined || !isTensor(program, value, scope));
  return first < 0 ? [] : args.slice(first);
}

/** Whether an expression looks like a tensor: an input, or something made of one. */
export function isTensor(program: Program, expr: Expr, scope: Scope): boolean {
  const known = program.tensors.get(expr);
  if (known !== undefined) return known;
  program.tensors.set(expr, false);
  const made = looksLikeTensor(program, expr, scope);
  program.tensors.set(expr, made);
  return made;
}

function looksLikeTensor(program: Program, expr: Expr, scope: Scope): boolean {
  const inside = (inner: Expr) => isTensor(program, inner, scope);
  switch (expr.kind) {
    case "name": {
      const local = localEntity(scope, expr.name);
      if (local?.kind === "input") return true;
      return local?.kind === "definition" && local.value !== undefined && isTensor(program, local.value, local.scope);
    }
    case "send":
    case "tuple":
      return true;
    case "call": {
      const { callee, args } = expr;
      if (args.some(({ value, name }) => name === undefined && inside(value))) return true;
      return (
        callee.kind === "name" &&
        functionUses(callee.name).some(({ inputs }) => inputs !== undefined && inputs.length === 0)
      );
    }
    case "index":
      return inside(expr.target);
    case "member": {
      const ofStage = targetsOf(program, expr.target, scope).some(
        (target) => target.kind === "declaration" && target.entity.kind === "stage",
      );
      return ofStage || inside(expr.target);
    }
    case "binary":
      return inside(expr.left) || inside(expr.right);
    case "unary":
      return inside(expr.operand);
    case "choice":
      return inside(expr.consequent) || inside(expr.otherwise);
    default:
      return false;
  }
}
