import { stageKeys } from "../../check/keys.ts";
import { listsLabel } from "../../check/names.ts";
import { own } from "../../check/own.ts";
import { namedTypes, typeOf } from "../../check/parameters.ts";
import { may, type Param, type Type } from "../../check/type.ts";
import type { Argument, Expr, Item, ShapeNode, Suffix, TypeNode } from "../../syntax/ast.ts";
import { axisEntity, type Entity, localEntity, type Meant, type Scope } from "./entities.ts";
import { isTensor, parametersOf, withoutTensors } from "./flows.ts";
import { labelEntity } from "./labels.ts";
import { memberOf } from "./members.ts";
import { fileEntity, suffixScope, variableEntity } from "./program.ts";
import { declarationsAmong, type Target, targetsOf, taskNamed } from "./targets.ts";
import { functionUses, isFunction } from "./vocabulary.ts";
import { anything, type Walker, type Wanted, wanting } from "./walk.ts";
import { walkChanges, walkMap } from "./walk-maps.ts";

export function walkExpr(w: Walker, expr: Expr, scope: Scope, wanted: Wanted): void {
  switch (expr.kind) {
    case "name":
      w.refer(expr.span, () => nameMeant(w, expr.name, scope, wanted()));
      break;
    case "tuple":
      for (const item of expr.items) walkExpr(w, item, scope, anything);
      break;
    case "list":
      walkItems(w, expr.items, scope, wanted);
      break;
    case "map":
      walkMap(w, expr, scope, { kind: "plain", wanted });
      break;
    case "call":
      walkCall(w, expr.callee, expr.args, scope, false);
      break;
    case "send":
      walkExpr(w, expr.value, scope, anything);
      if (expr.value.kind === "map") inputsByName(w, expr.value, expr.to, scope);
      if (expr.to.kind === "call") walkCall(w, expr.to.callee, expr.to.args, scope, true);
      else walkCallee(w, expr.to, scope);
      break;
    case "index":
      walkExpr(w, expr.target, scope, anything);
      for (const { axis, value } of expr.indices) {
        if (axis !== undefined) w.refer(axis.span, () => indexAxis(w, expr.target, axis.text, scope));
        walkExpr(w, value, scope, anything);
      }
      break;
    case "member":
      walkExpr(w, expr.target, scope, anything);
      w.refer(expr.name.span, () => {
        const targets = targetsOf(w.program, expr.target, scope);
        const { meant } = memberOf(w.program, targets, expr.name.text, scope);
        if (meant !== undefined || expr.name.text !== "present") return meant;
        return { kind: "member", name: "present", of: "field" };
      });
      break;
    case "unary":
      walkExpr(w, expr.operand, scope, anything);
      break;
    case "binary":
      walkExpr(w, expr.left, scope, anything);
      walkExpr(
        w,
        expr.right,
        scope,
        expr.operator === "==" || expr.operator === "!=" ? () => labelsOf(expr.left, scope) : anything,
      );
      break;
    case "range":
      if (expr.start !== undefined) walkExpr(w, expr.start, scope, anything);
      if (expr.end !== undefined) walkExpr(w, expr.end, scope, anything);
      break;
    case "with":
      walkExpr(w, expr.target, scope, anything);
      walkChanges(w, expr.changes, expr.target, scope);
      break;
    case "choice":
      walkExpr(w, expr.condition, scope, anything);
      walkExpr(w, expr.consequent, scope, wanted);
      walkExpr(w, expr.otherwise, scope, wanted);
      break;
    case "match":
      walkExpr(w, expr.subject, scope, anything);
      for (const { label, value } of expr.arms) {
        w.refer(label.span, () => {
          const want = labelsOf(expr.subject, scope);
          return labelMeant(w, label.text, want) ?? entityMeant(taskNamed(w.program, label.text, scope));
        });
        walkExpr(w, value, scope, wanted);
      }
      break;
    default:
  }
}

export function entityMeant(entity: Entity | undefined): Meant | undefined {
  return entity === undefined ? undefined : { kind: "entities", entities: [entity] };
}

/** A bare name: a label where the wanted type lists it, else local over file over library (language rule 80). */
function nameMeant(w: Walker, name: string, scope: Scope, want: ReturnType<Wanted>): Meant | undefined {
  const label = labelMeant(w, name, want);
  if (label !== undefined) return label;
  if (want !== undefined && lists(want.type, "axis")) {
    return entityMeant(axisEntity(scope, name) ?? sizeNamed(w, name, scope)) ?? { kind: "axis", name };
  }
  return plainMeant(w, name, scope);
}

/** In a shape, a name that has a number for a value is an axis of that size (language rule 21). */
function sizeNamed(w: Walker, name: string, scope: Scope): Entity | undefined {
  const local = localEntity(scope, name);
  if (local?.kind === "parameter" || local?.kind === "variable") return local;
  const isNumber =
    local?.kind === "definition" && local.value !== undefined && !isTensor(w.program, local.value, local.scope);
  return isNumber ? local : undefined;
}

function plainMeant(w: Walker, name: string, scope: Scope): Meant | undefined {
  const found = localEntity(scope, name) ?? axisEntity(scope, name) ?? fileEntity(w.program, scope.file, name);
  if (found !== undefined) return entityMeant(found);
  const alias = w.file.node.declarations.find((each) => each.kind === "use" && each.alias?.text === name);
  if (alias?.kind === "use" && alias.alias !== undefined) return entityMeant(w.program.entities.get(alias));
  if (name === "loss" && scope.within?.kind === "stage")
    return { kind: "key", where: "a stage", name, key: stageKeys.loss };
  return isFunction(name) ? { kind: "function", name } : undefined;
}

export function lists(type: Type, kind: Type["kind"]): boolean {
  return type.kind === kind || (type.kind === "options" && type.options.some((option) => lists(option, kind)));
}

/** The label that a type lists under a name. */
function labelMeant(w: Walker, name: string, want: ReturnType<Wanted>): Meant | undefined {
  if (want === undefined) return undefined;
  const { type, owner } = want;
  if (lists(type, "axis") || !listsLabel(type, name)) return undefined;
  return entityMeant(labelEntity(w.program, owner, name)) ?? { kind: "label", name, of: owner?.name ?? "" };
}

/** What is compared with a parameter of labels. */
function labelsOf(subject: Expr, scope: Scope): ReturnType<Wanted> {
  if (subject.kind !== "name") return undefined;
  const entity = localEntity(scope, subject.name);
  return entity?.type === undefined ? undefined : { type: typeOf(entity.type), owner: entity };
}

/** `x[n: 0]` is an axis, `table3[goal: valence]` a parameter of the sweep's stage. */
function indexAxis(w: Walker, target: Expr, name: string, scope: Scope): Meant | undefined {
  for (const entity of declarationsAmong(targetsOf(w.program, target, scope), "stage", "assembly")) {
    const parameter = parametersOf(w.program, entity).find((each) => each.name === name);
    if (parameter !== undefined) return entityMeant(parameter);
  }
  return entityMeant(axisEntity(scope, name)) ?? { kind: "axis", name };
}

/** `{a: x, v: y} -> joined` fills inputs by name. */
function inputsByName(w: Walker, map: Extract<Expr, { kind: "map" }>, to: Expr, scope: Scope): void {
  const callee = to.kind === "call" ? to.callee : to;
  for (const { path } of map.entries) {
    const name = path.segments[0]?.name;
    if (name === undefined) continue;
    w.refer(name.span, () => {
      const found = declarationsAmong(targetsOf(w.program, callee, scope), "module").flatMap(
        (module) => inputNamed(w, module, name.text) ?? [],
      );
      return found.length === 0 ? undefined : { kind: "entities", entities: found };
    });
  }
}

function inputNamed(w: Walker, module: Entity, name: string): Entity | undefined {
  const { declaration } = module;
  if (declaration === undefined || !("inputs" in declaration)) return undefined;
  const input = declaration.inputs.find((each) => each.name.text === name);
  return input === undefined ? undefined : w.program.entities.get(input);
}

/** After `->` and before `(`, a name is looked up among callables first (language rule 8). */
function walkCallee(w: Walker, callee: Expr, scope: Scope): void {
  if (callee.kind !== "name") walkExpr(w, callee, scope, anything);
  else w.refer(callee.span, () => calleeMeant(w, callee.name, callee, scope));
}

function calleeMeant(w: Walker, name: string, callee: Expr, scope: Scope): Meant | undefined {
  const plain = plainMeant(w, name, scope);
  if (plain?.kind !== "entities" || !isFunction(name)) return plain;
  const [entity] = plain.entities;
  const isValue =
    entity?.kind === "binding" && ["list", "map", "number", "string", "boolean"].includes(entity.value?.kind ?? "");
  const callable = targetsOf(w.program, callee, scope).some(
    ({ kind }) => kind === "declaration" || kind === "function",
  );
  const local = entity !== undefined && entity.scope.names.get(name) === entity;
  return isValue || (local && !callable) ? { kind: "function", name } : plain;
}

function walkCall(w: Walker, callee: Expr, args: readonly Argument[], scope: Scope, sent: boolean): void {
  walkCallee(w, callee, scope);
  w.calls.push({ callee, args, scope, sent });
  args.forEach((arg, i) => {
    const inside = suffixScope(w.program, arg.suffixes, scope);
    const wanted = once(() => argumentWanted(w, callee, args, i, scope, sent));
    const { name } = arg;
    if (name !== undefined) w.refer(name.span, () => argumentMeant(w, callee, name.text, scope));
    walkSuffixes(w, arg.suffixes, scope);
    if (arg.suffixes.length > 0) w.region(arg.span, inside);
    walkExpr(w, arg.value, inside, wanted);
  });
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Library functions are meant where the checker would call them. */
export function calleeTargets(w: Walker, callee: Expr, scope: Scope): readonly Target[] {
  const meant = callee.kind === "name" ? calleeMeant(w, callee.name, callee, scope) : undefined;
  return meant?.kind === "function" ? [meant] : targetsOf(w.program, callee, scope);
}

function argumentMeant(w: Walker, callee: Expr, name: string, scope: Scope): Meant | undefined {
  const entities: Entity[] = [];
  for (const target of calleeTargets(w, callee, scope)) {
    if (target.kind === "function") {
      if (target.name === "rename") return entityMeant(axisEntity(scope, name)) ?? { kind: "axis", name };
      for (const { params, inputs } of functionUses(target.name)) {
        const isInput = inputs !== undefined && inputs !== "many" && inputs.includes(name);
        const param = isInput ? may({ kind: "tensor" }) : own(params, name);
        if (param !== undefined) return { kind: "argument", callee: target.name, name, param };
      }
    }
    if (target.kind !== "declaration") continue;
    const parameter = parametersOf(w.program, target.entity).find((each) => each.name === name);
    const found = parameter ?? inputNamed(w, target.entity, name);
    if (found !== undefined && !entities.includes(found)) entities.push(found);
  }
  return entities.length === 0 ? undefined : { kind: "entities", entities };
}

/** The type of the parameter that an argument is for. */
function argumentWanted(
  w: Walker,
  callee: Expr,
  args: readonly Argument[],
  at: number,
  scope: Scope,
  sent: boolean,
): ReturnType<Wanted> {
  const arg = args[at];
  if (arg === undefined) return undefined;
  for (const target of calleeTargets(w, callee, scope)) {
    if (target.kind === "declaration") {
      const parameters = parametersOf(w.program, target.entity);
      const rest = sent ? args : withoutTensors(w.program, args, target.entity, scope);
      const parameter = parameterAt(parameters, rest, arg, (each) => each.name);
      if (parameter?.type !== undefined) return { type: typeOf(parameter.type), owner: parameter };
    } else if (target.kind === "function") {
      const param = functionParam(w, target.name, args, arg, scope, sent);
      if (target.name === "rename") return { type: { kind: "axis" }, owner: undefined };
      if (param !== undefined) return { type: param.type, owner: undefined };
    }
  }
  return undefined;
}

function functionParam(
  w: Walker,
  name: string,
  args: readonly Argument[],
  arg: Argument,
  scope: Scope,
  sent: boolean,
): Param | undefined {
  for (const { params, inputs, variadic } of functionUses(name)) {
    const entries = Object.entries(params);
    const [first] = entries;
    if (variadic && first !== undefined) {
      const { type, ...rest } = first[1];
      return type.kind === "list" ? { ...rest, type: { kind: "options", options: [type.item, type] } } : first[1];
    }
    const tensors =
      sent || inputs === undefined
        ? 0
        : args.filter((each) => each.name === undefined && isTensor(w.program, each.value, scope)).length;
    const rest = args.slice(inputs === undefined ? 0 : tensors);
    const found = parameterAt(entries, rest, arg, ([each]) => each);
    if (found !== undefined) return found[1];
  }
  return undefined;
}

/** The parameter that an argument is for, by name or by place. */
function parameterAt<T>(
  parameters: readonly T[],
  args: readonly Argument[],
  arg: Argument,
  nameOf: (parameter: T) => string,
): T | undefined {
  if (arg.name !== undefined) return parameters.find((each) => nameOf(each) === arg.name?.text);
  const place = args.filter(({ name }) => name === undefined).indexOf(arg);
  return place < 0 ? undefined : parameters[place];
}

export function walkSuffixes(w: Walker, suffixes: readonly Suffix[], scope: Scope): void {
  let at = scope;
  for (const suffix of suffixes) {
    if (suffix.kind === "if") walkExpr(w, suffix.condition, at, anything);
    else {
      walkExpr(w, suffix.list, at, anything);
      w.define(variableEntity(w.program, suffix, at));
      at = suffixScope(w.program, [suffix], at);
    }
  }
}

function walkItems(w: Walker, items: readonly Item[], scope: Scope, wanted: Wanted): void {
  const isShape = items.some(({ kind }) => kind !== "item");
  const item: Wanted = () => {
    const want = wanted();
    if (want === undefined) return undefined;
    if (isShape || lists(want.type, "shape")) return { type: { kind: "axis" }, owner: undefined };
    const type = itemType(want.type);
    return type === undefined ? undefined : { type, owner: want.owner };
  };
  for (const each of items) {
    if (each.kind === "axis") {
      w.refer(each.name.span, () => nameMeant(w, each.name.text, scope, { type: { kind: "axis" }, owner: undefined }));
      walkExpr(w, each.size, scope, anything);
    } else if (each.kind === "item") {
      const inside = suffixScope(w.program, each.suffixes, scope);
      walkSuffixes(w, each.suffixes, scope);
      if (each.suffixes.length > 0) w.region(each.span, inside);
      walkExpr(w, each.value, inside, isShape ? wanting({ kind: "axis" }) : item);
    }
  }
}

/** What a list of a type has in it; of several options, that of the list. */
export function itemType(type: Type): Type | undefined {
  if (type.kind === "list") return type.item;
  return type.kind === "options" ? type.options.map(itemType).find((item) => item !== undefined) : undefined;
}

export function walkShape(w: Walker, shape: ShapeNode | undefined, scope: Scope): void {
  for (const axis of shape?.axes ?? []) {
    if (axis.kind === "axis") {
      const entity = axisEntity(scope, axis.name.text);
      if (entity?.span.start === axis.name.span.start && entity.file === scope.file) w.define(entity);
      else
        w.refer(axis.name.span, () =>
          nameMeant(w, axis.name.text, scope, { type: { kind: "axis" }, owner: undefined }),
        );
    }
    if ((axis.kind !== "axis" && axis.kind !== "size") || axis.size === undefined) continue;
    const named = w.program.entities.get(axis.size);
    if (named === undefined) walkExpr(w, axis.size, scope, anything);
    else w.define(named);
  }
}

/** Names of types; a name that is no type is a label of the parameter (language rule 7). */
export function walkType(w: Walker, type: TypeNode, parameter: Entity): void {
  switch (type.kind) {
    case "named":
      if (Object.hasOwn(namedTypes, type.name.text)) w.refer(type.span, () => ({ kind: "type", name: type.name.text }));
      else {
        const label = labelEntity(w.program, parameter, type.name.text);
        if (label !== undefined) w.define(label);
      }
      break;
    case "list":
      walkType(w, type.item, parameter);
      break;
    case "map":
      walkType(w, type.key, parameter);
      walkType(w, type.value, parameter);
      break;
    case "alternatives":
      for (const option of type.options) walkType(w, option, parameter);
      break;
    case "optional":
      walkType(w, type.type, parameter);
      break;
    case "missing":
  }
}
