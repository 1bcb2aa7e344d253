import type { FileScope } from "../../check/files.ts";
import { dataKeys, encoderKeys, evaluateKeys, patternKeys, stageKeys, viewKeys } from "../../check/keys.ts";
import { own } from "../../check/own.ts";
import type { Key } from "../../check/type.ts";
import type { Expr } from "../../syntax/ast.ts";
import type { Entity, Meant, Scope } from "./entities.ts";
import { parametersOf } from "./flows.ts";
import { allBelow, type Layer, stageLayers } from "./layers.ts";
import { entryFound, moduleScope, termNamed, viewsOf } from "./members.ts";
import { fileEntity, type Program } from "./program.ts";
import { ofEntity, type Target, targetsOf, taskNamed } from "./targets.ts";
import { functionUses } from "./vocabulary.ts";

/** Where a path has got to: what its next segment is looked up in. */
export type PathPlace =
  | { readonly kind: "targets"; readonly targets: readonly Target[] }
  | { readonly kind: "block"; readonly where: string; readonly keys: Readonly<Record<string, Key>> }
  | { readonly kind: "tasks" }
  | { readonly kind: "terms"; readonly stage: Entity }
  | { readonly kind: "views"; readonly stage: Entity }
  | { readonly kind: "layers"; readonly layers: readonly Layer[]; readonly anywhere: boolean }
  | { readonly kind: "arguments"; readonly value: Expr | undefined; readonly scope: Scope }
  /** The start of a profile: names of the file, and kinds of declarations. */
  | { readonly kind: "profile"; readonly file: FileScope }
  | { readonly kind: "nothing" };

export interface Step {
  readonly meant: Meant | undefined;
  readonly next: PathPlace;
}

const nothing: PathPlace = { kind: "nothing" };
const unknown: Step = { meant: undefined, next: nothing };

/** One segment of a path of `with`, of a profile, of an axis, of a pattern. */
export function stepInto(program: Program, place: PathPlace, name: string, scope: Scope): Step {
  switch (place.kind) {
    case "targets": {
      for (const target of place.targets) {
        const step = intoTarget(program, target, name, scope);
        if (step.meant !== undefined) return step;
      }
      return unknown;
    }
    case "block": {
      const key = Object.hasOwn(place.keys, name) ? place.keys[name] : undefined;
      if (key === undefined) return unknown;
      const inside = key.type.kind === "block" ? key.type : undefined;
      return {
        meant: { kind: "key", where: place.where, name, key },
        next: inside === undefined ? nothing : { kind: "block", where: `\`${name}\``, keys: inside.keys },
      };
    }
    case "tasks":
      return toEntity(taskNamed(program, name, scope));
    case "terms":
      return toEntity(termNamed(program, place.stage, name, scope));
    case "views":
      return {
        ...toEntity(viewsOf(program, place.stage).find((view) => view.name === name)),
        next: { kind: "block", where: "a view", keys: viewKeys },
      };
    case "layers":
      return intoLayers(program, place.layers, place.anywhere, name, scope);
    case "arguments":
      return intoArguments(program, place.value, name, place.scope);
    case "profile":
      return intoProfile(program, place.file, name);
    case "nothing":
      return unknown;
  }
}

/** Kinds of declarations that a profile may name, with the keys that it may set for all of them. */
export const profileKinds: Readonly<Record<string, Readonly<Record<string, Key>>>> = {
  stage: stageKeys,
  data: dataKeys,
  encoder: encoderKeys,
};

function intoProfile(program: Program, file: FileScope, name: string): Step {
  const entity = fileEntity(program, file, name);
  if (entity !== undefined)
    return {
      meant: { kind: "entities", entities: [entity] },
      next: { kind: "targets", targets: ofEntity(program, entity) },
    };
  const keys = own(profileKinds, name);
  if (keys === undefined) return unknown;
  return { meant: { kind: "member", name, of: "profile" }, next: { kind: "block", where: `every ${name}`, keys } };
}

function toEntity(entity: Entity | undefined): Step {
  return entity === undefined ? unknown : { meant: { kind: "entities", entities: [entity] }, next: nothing };
}

function intoTarget(program: Program, target: Target, name: string, scope: Scope): Step {
  if (target.kind === "map") {
    for (const entry of target.node.entries) {
      if (entry.path.segments[0]?.name.text !== name) continue;
      const { entity, targets } = entryFound(program, entry, target.scope);
      const next: PathPlace =
        targets.length > 0
          ? { kind: "targets", targets }
          : { kind: "arguments", value: entry.value, scope: target.scope };
      return { meant: { kind: "entities", entities: [entity] }, next };
    }
    return unknown;
  }
  if (target.kind === "function") return ofFunction(target.name, name);
  if (target.kind !== "declaration") return unknown;
  const { entity } = target;
  const parameter = parametersOf(program, entity).find((each) => each.name === name);
  if (parameter !== undefined) {
    const next: PathPlace =
      parameter.value === undefined
        ? { kind: "tasks" }
        : { kind: "targets", targets: targetsOf(program, parameter.value, parameter.scope) };
    return { meant: { kind: "entities", entities: [parameter] }, next };
  }
  if (entity.kind === "stage" && Object.hasOwn(stageKeys, name)) return stageKey(program, entity, name, scope);
  if (entity.kind === "data" && Object.hasOwn(dataKeys, name)) {
    const step = stepInto(program, { kind: "block", where: "a data block", keys: dataKeys }, name, scope);
    if (name === "labels") return { ...step, next: { kind: "tasks" } };
    return name === "fields" ? { ...step, next: fieldsOf(entity) } : step;
  }
  if (entity.kind === "assembly") return toEntity(taskNamed(program, name, scope));
  if (entity.kind === "encoder")
    return stepInto(program, { kind: "block", where: "an encoder", keys: encoderKeys }, name, scope);
  return unknown;
}

function fieldsOf(data: Entity): PathPlace {
  const { declaration } = data;
  const entry =
    declaration?.kind === "data"
      ? declaration.body.entries.find(({ path }) => path.segments[0]?.name.text === "fields")
      : undefined;
  return entry?.value.kind === "map"
    ? { kind: "targets", targets: [{ kind: "map", node: entry.value, scope: data.scope }] }
    : nothing;
}

function stageKey(program: Program, stage: Entity, name: string, scope: Scope): Step {
  const { meant } = stepInto(program, { kind: "block", where: "a stage", keys: stageKeys }, name, scope);
  switch (name) {
    case "loss":
      return { meant, next: { kind: "terms", stage } };
    case "views":
      return { meant, next: { kind: "views", stage } };
    case "params":
    case "adapt":
    case "init":
      return { meant, next: { kind: "layers", layers: stageLayers(program, stage, scope), anywhere: false } };
    case "evaluate":
      return { meant, next: { kind: "block", where: "`evaluate`", keys: evaluateKeys } };
    case "keep":
      return { meant, next: { kind: "tasks" } };
    default: {
      const { declaration } = stage;
      const entry =
        declaration?.kind === "stage"
          ? declaration.body?.entries.find(({ path }) => path.segments[0]?.name.text === name)
          : undefined;
      return { meant, next: { kind: "arguments", value: entry?.value, scope: moduleScope(program, stage) } };
    }
  }
}

function intoLayers(program: Program, layers: readonly Layer[], anywhere: boolean, name: string, scope: Scope): Step {
  if (name === "**") return { meant: undefined, next: { kind: "layers", layers, anywhere: true } };
  const task = taskNamed(program, name, scope);
  const found = (anywhere ? allBelow(layers) : layers).filter(
    (layer) => layer.name === name || (task !== undefined && layer.entity === task),
  );
  // A head under the variable of its loop is that of every task.
  if (found.length === 0 && task !== undefined && !anywhere) {
    const heads = layers.filter(({ entity }) => entity?.kind === "variable" || entity?.kind === "task");
    const next: PathPlace = { kind: "layers", layers: heads.flatMap((layer) => layer.inside()), anywhere: false };
    return { meant: { kind: "entities", entities: [task] }, next };
  }
  const entities = [...new Set(found.flatMap(({ entity }) => entity ?? []))];
  if (found.length === 0) {
    const key = Object.hasOwn(patternKeys, name)
      ? stepInto(program, { kind: "block", where: "a pattern", keys: patternKeys }, name, scope)
      : undefined;
    return key ?? unknown;
  }
  return {
    meant: entities.length === 0 ? { kind: "member", name, of: "layer" } : { kind: "entities", entities },
    next: { kind: "layers", layers: found.flatMap((layer) => layer.inside()), anywhere: false },
  };
}

/** `optimizer.lr`: an argument of the call that a key is set to. */
function intoArguments(program: Program, value: Expr | undefined, name: string, scope: Scope): Step {
  if (value?.kind === "choice") {
    const first = intoArguments(program, value.consequent, name, scope);
    return first.meant === undefined ? intoArguments(program, value.otherwise, name, scope) : first;
  }
  if (value?.kind === "map") return intoTarget(program, { kind: "map", node: value, scope }, name, scope);
  if (value === undefined) return unknown;
  if (value.kind === "name") {
    for (const target of targetsOf(program, value, scope)) {
      const step = intoTarget(program, target, name, scope);
      if (step.meant !== undefined) return step;
    }
    return unknown;
  }
  if (value.kind !== "call" || value.callee.kind !== "name") return unknown;
  const step = ofFunction(value.callee.name, name);
  if (step.meant?.kind !== "argument") return step;
  const at = Object.keys(functionUses(value.callee.name)[0]?.params ?? {}).indexOf(name);
  const given = value.args.find((arg) => arg.name?.text === name) ?? value.args[at];
  return { ...step, next: { kind: "arguments", value: given?.value, scope } };
}

function ofFunction(callee: string, name: string): Step {
  for (const { params } of functionUses(callee)) {
    const param = own(params, name);
    if (param !== undefined) return { meant: { kind: "argument", callee, name, param }, next: nothing };
  }
  return unknown;
}

/** The place that a whole path leads to, and what each of its segments means. */
export function stepsOf(
  program: Program,
  start: PathPlace,
  names: readonly string[],
  scope: Scope,
): { readonly steps: readonly (Meant | undefined)[]; readonly end: PathPlace } {
  const steps: (Meant | undefined)[] = [];
  let end = start;
  for (const name of names) {
    const step = stepInto(program, end, name, scope);
    steps.push(step.meant);
    end = step.next;
  }
  return { steps, end };
}
