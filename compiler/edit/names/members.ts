import { partNames } from "../../check/data-parts.ts";
import type { Entry, Expr, MapNode } from "../../syntax/ast.ts";
import type { Entity, Meant, Scope } from "./entities.ts";
import {
  blockEntries,
  declared,
  definitionEntity,
  entryEntity,
  fileEntity,
  isBodied,
  type Program,
  scopeOf,
  suffixScope,
} from "./program.ts";
import { declarationsAmong, modelsOf, ofEntity, type Target, targetsOf, taskNamed } from "./targets.ts";

/** What `a.name` is, and what it stands for in turn. */
export interface Member {
  readonly meant: Meant | undefined;
  readonly targets: readonly Target[];
}

/** What a task's head gives below it (language rule 31). */
export const headMembers = {
  logits: "The head's numbers before its activation.",
  output: "The head's numbers after its activation.",
  label: "The task's label in this row; of classes, one-hot.",
  mask: "1 where the row has a label, else 0.",
} as const;

export const partDocs: Readonly<Record<(typeof partNames)[number] | "fold", string>> = {
  train: "The training part.",
  val: "The validation part.",
  test: "The test part, which has no labels.",
  all: "Training and validation rows together.",
  fold: "`fold(k)`: trained on every labelled row but those of fold k, judged by them.",
};

/** The member of what is meant by `targets`; `scope` is where the name stands, since a task's variable there goes first. */
export function memberOf(program: Program, targets: readonly Target[], name: string, scope: Scope): Member {
  const entities: Entity[] = [];
  const next: Target[] = [];
  let other: Meant | undefined;
  const add = (entity: Entity | undefined, value = entity === undefined ? [] : ofEntity(program, entity)) => {
    if (entity !== undefined && !entities.includes(entity)) entities.push(entity);
    next.push(...value);
  };
  for (const target of targets) {
    switch (target.kind) {
      case "file": {
        const found = target.file.own.get(name);
        if (found !== undefined) add(declared(program, found.declaration, found.file));
        break;
      }
      case "map": {
        const found = entryNamed(program, target.node, name, target.scope);
        if (found !== undefined) add(found.entity, found.targets);
        break;
      }
      case "output":
        for (const map of returnedMaps(target.module)) {
          const found = entryNamed(program, map, name, moduleScope(program, target.module));
          if (found !== undefined) add(found.entity, found.targets);
        }
        break;
      case "terms":
        add(termNamed(program, target.stage, name, scope));
        break;
      case "view":
        add(taskNamed(program, name, scope));
        break;
      case "result":
        if (name === "values" || name === "indices") other = { kind: "member", name, of: "top_k" };
        break;
      case "task":
        if (Object.hasOwn(headMembers, name)) other = { kind: "member", name, of: "task" };
        break;
      case "declaration":
        if (target.entity.kind === "data" && (name === "fold" || partNames.some((part) => part === name))) {
          other = { kind: "member", name, of: "data" };
          next.push(target);
        } else if (target.entity.kind === "task") {
          if (Object.hasOwn(headMembers, name)) other = { kind: "member", name, of: "task" };
        } else add(ofDeclaration(program, target.entity, name, scope));
        break;
      case "function":
        break;
    }
  }
  const meant: Meant | undefined = entities.length > 0 ? { kind: "entities", entities } : other;
  return { meant, targets: next };
}

function ofDeclaration(program: Program, entity: Entity, name: string, scope: Scope): Entity | undefined {
  if (entity.kind === "stage") {
    const task = taskNamed(program, name, scope);
    if (task !== undefined) return task;
    for (const model of modelsOf(program, entity)) {
      const own = definitionNamed(program, model, name);
      if (own !== undefined) return own;
    }
    const encoder = fileEntity(program, entity.file, name) ?? fileEntity(program, scope.file, name);
    return encoder?.kind === "encoder" ? encoder : undefined;
  }
  if (entity.kind === "module") return definitionNamed(program, entity, name);
  if (entity.kind !== "encoder" || entity.value === undefined) return undefined;
  for (const module of declarationsAmong(targetsOf(program, entity.value, entity.scope), "module")) {
    const own = definitionNamed(program, module, name);
    if (own !== undefined) return own;
  }
  return undefined;
}

/** What a module's or model's body defines under a name. */
export function definitionNamed(program: Program, of: Entity, name: string): Entity | undefined {
  return definitionsOf(program, of).find((each) => each.name === name);
}

export function definitionsOf(program: Program, of: Entity): readonly Entity[] {
  if (!isBodied(of.declaration)) return [];
  const scope = scopeOf(program, of.declaration, of.file);
  return of.declaration.body.statements.flatMap((statement) =>
    statement.kind === "define" ? [definitionEntity(program, statement, scope)] : [],
  );
}

export function moduleScope(program: Program, of: Entity): Scope {
  const { declaration } = of;
  return declaration === undefined || declaration.kind === "profile"
    ? of.scope
    : scopeOf(program, declaration, of.file);
}

/** An entry by its key, which may be a task. */
function entryNamed(program: Program, node: MapNode, name: string, scope: Scope): EntryFound | undefined {
  for (const entry of node.entries) {
    const [first, ...more] = entry.path.segments;
    if (first === undefined || more.length > 0 || first.name.text !== name) continue;
    return entryFound(program, entry, scope);
  }
  return undefined;
}

interface EntryFound {
  readonly entity: Entity;
  readonly targets: readonly Target[];
}

export function entryFound(program: Program, entry: Entry, scope: Scope): EntryFound {
  const inside = suffixScope(program, entry.suffixes, scope);
  const task = taskNamed(program, entry.path.segments[0]?.name.text ?? "", inside);
  const entity = task ?? entryEntity(program, entry, "entry", inside);
  return { entity, targets: targetsOf(program, entry.value, inside) };
}

/** Maps that a module returns, in whichever branch. */
export function returnedMaps(module: Entity): readonly MapNode[] {
  if (!isBodied(module.declaration)) return [];
  const maps = (expr: Expr): readonly MapNode[] => {
    if (expr.kind === "map") return [expr];
    if (expr.kind === "choice") return [...maps(expr.consequent), ...maps(expr.otherwise)];
    return expr.kind === "match" ? expr.arms.flatMap(({ value }) => maps(value)) : [];
  };
  return module.declaration.body.statements.flatMap((each) => (each.kind === "return" ? maps(each.value) : []));
}

/** A term of a stage's loss: the task it is called by, or itself. */
export function termNamed(program: Program, stage: Entity, name: string, scope: Scope): Entity | undefined {
  return termsOf(program, stage).find((term) => term.name === name) ?? taskNamed(program, name, scope);
}

/** Terms of a stage's loss: tasks, and entries with labels of their own. */
export function termsOf(program: Program, stage: Entity): readonly Entity[] {
  const { declaration } = stage;
  if (declaration?.kind !== "stage") return [];
  const scope = scopeOf(program, declaration, stage.file);
  return blockEntries(declaration, "loss").map((entry) => {
    const inside = suffixScope(program, entry.suffixes, scope);
    const name = entry.path.segments[0]?.name.text ?? "";
    return taskNamed(program, name, inside) ?? entryEntity(program, entry, "term", inside);
  });
}

/** The passes of a stage with views. */
export function viewsOf(program: Program, stage: Entity): readonly Entity[] {
  const { declaration } = stage;
  if (declaration?.kind !== "stage") return [];
  const scope = scopeOf(program, declaration, stage.file);
  return blockEntries(declaration, "views").map((entry) => entryEntity(program, entry, "view", scope));
}
