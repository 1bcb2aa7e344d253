import { distinct, kindOf, placeNames, taskNames } from "./complete-keys.ts";
import { type Completion, completion } from "./completion.ts";
import { chainStart } from "./context.ts";
import { describeMeant } from "./describe.ts";
import type { Entity } from "./names/entities.ts";
import {
  definitionsOf,
  entryFound,
  headMembers,
  moduleScope,
  partDocs,
  returnedMaps,
  termsOf,
} from "./names/members.ts";
import { stepsOf } from "./names/paths.ts";
import { declared, fileEntity, isBodied } from "./names/program.ts";
import { declarationsAmong, modelsOf, type Target, targetsOf, taskNamed } from "./names/targets.ts";
import { type At, behindToken, mapAt } from "./wanted.ts";

/** What can stand behind the dot at the place: members of a value, or the next step of a path that is a key. */
export function memberCompletions(at: At): readonly Completion[] {
  const path = keyPath(at);
  if (path !== undefined) return path;
  const { context } = at;
  return distinct(behindToken(at, context.before - 1).flatMap((target) => members(at, target)));
}

/** The steps of a path before the place, if it stands where a key does. */
function keyPath(at: At): readonly Completion[] | undefined {
  const { edited, context, scope } = at;
  const { tokens, program } = edited;
  const index = context.frames.length - 1;
  const frame = context.frames[index];
  if (frame?.bracket !== "{") return undefined;
  const start = pathStart(at, context.before - 1);
  const previous = tokens[start - 1];
  const first = tokens[start];
  if (previous === undefined || first === undefined) return undefined;
  const begins =
    previous.text === "{" ||
    previous.text === "," ||
    (previous.line < first.line && previous.text !== ":" && frame.key !== undefined);
  if (!begins) return undefined;
  const map = mapAt(at, index);
  if (map.kind !== "place") return undefined;
  const names = namesOf(at, start, context.before - 1);
  return placeNames(at, stepsOf(program, map.place, names, scope).end);
}

/** `**` can stand in a path of keys. */
function pathStart({ edited: { tokens } }: At, last: number): number {
  let i = last;
  for (;;) {
    i = tokens[i]?.text === "**" ? i : chainStart(tokens, i);
    if (tokens[i - 1]?.text !== "." || tokens[i - 2] === undefined) return i;
    i -= 2;
  }
}

function namesOf({ edited: { tokens } }: At, from: number, to: number): readonly string[] {
  let depth = 0;
  const names: string[] = [];
  for (const { text } of tokens.slice(from, to + 1)) {
    if (text === "[") depth += 1;
    else if (text === "]") depth -= 1;
    else if (depth === 0 && text !== ".") names.push(text);
  }
  return names;
}

function members(at: At, target: Target): readonly Completion[] {
  const { program } = at.edited;
  const plain = (docs: Readonly<Record<string, string>>) =>
    Object.entries(docs).map(([name, text]) => completion(name, "value", { text }));
  switch (target.kind) {
    case "declaration":
      return ofDeclaration(at, target.entity);
    case "map":
      return target.node.entries.flatMap((entry) =>
        entry.path.segments.length === 1 ? [named(entryFound(program, entry, target.scope).entity)] : [],
      );
    case "output":
      return returnedMaps(target.module).flatMap((map) =>
        map.entries.map((entry) => named(entryFound(program, entry, moduleScope(program, target.module)).entity)),
      );
    case "terms":
      return termsOf(program, target.stage).map((each) => named(each));
    case "view":
      return taskNames(at).map((each) => named(each));
    case "task":
      return plain(headMembers);
    case "result":
      return plain({ values: "The greatest, greatest first.", indices: "Where the greatest stand." });
    case "file":
      return [...target.file.own.values()].map(({ declaration, file }) => named(declared(program, declaration, file)));
    case "function":
      return [];
  }
  function ofDeclaration(place: At, entity: Entity): readonly Completion[] {
    switch (entity.kind) {
      case "data":
        return plain(partDocs).map((each) =>
          each.label === "fold" ? { ...each, insert: "fold($0)", snippet: true } : each,
        );
      case "task":
        return place.scope.within?.kind === "model" || place.scope.within?.kind === "stage" ? plain(headMembers) : [];
      case "stage":
        return stageMembers(place, entity);
      case "encoder":
      case "module":
        return layersOf(place, entity).map((each) => named(each));
      default:
        return [];
    }
  }
}

function layersOf({ edited: { program } }: At, entity: Entity): readonly Entity[] {
  if (entity.kind === "module") return definitionsOf(program, entity);
  if (entity.value === undefined) return [];
  return declarationsAmong(targetsOf(program, entity.value, entity.scope), "module").flatMap((module) =>
    definitionsOf(program, module),
  );
}

/** Heads by task, what the model defines, encoders (language rule 46). */
function stageMembers(at: At, stage: Entity): readonly Completion[] {
  const { program } = at.edited;
  const models = modelsOf(program, stage);
  const tasks = models.flatMap((model) => headTasks(program, model));
  const visible = tasks.length > 0 ? tasks : taskNames(at);
  const encoders = [...stage.file.own.keys(), ...stage.file.used.keys()].flatMap((name) => {
    const entity = fileEntity(program, stage.file, name);
    return entity?.kind === "encoder" ? [entity] : [];
  });
  return [
    ...visible.map((each) => named(each, 2)),
    ...models.flatMap((model) => definitionsOf(program, model)).map((each) => named(each, 3)),
    ...encoders.map((each) => named(each, 4)),
  ];
}

/** Tasks that a model has heads of, where it names them; empty where a loop runs over them. */
export function headTasks(program: At["edited"]["program"], model: Entity): readonly Entity[] {
  if (!isBodied(model.declaration)) return [];
  const heads = model.declaration.body.statements.filter((each) => each.kind === "head");
  const tasks = heads.map((head) =>
    head.kind === "head" && head.task.kind === "name"
      ? taskNamed(program, head.task.name, moduleScope(program, model))
      : undefined,
  );
  return tasks.every((task) => task?.kind === "task") ? tasks.flatMap((task) => task ?? []) : [];
}

function named(entity: Entity, rank = 5): Completion {
  const [description = { code: "", text: "" }] = describeMeant({ kind: "entities", entities: [entity] });
  return completion(entity.name, kindOf(entity), description, { rank });
}
