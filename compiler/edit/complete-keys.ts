import { dataKeys, patternKeys, stageKeys } from "../check/keys.ts";
import type { Key } from "../check/type.ts";
import { type Completion, completion } from "./completion.ts";
import type { Frame } from "./context.ts";
import { describeKey, describeMeant, labelDoc, memberDoc, printParam } from "./describe.ts";
import { type Entity, localEntity, type Scope } from "./names/entities.ts";
import { parametersOf } from "./names/flows.ts";
import { labelNames } from "./names/labels.ts";
import { allBelow, type Layer } from "./names/layers.ts";
import { entryFound, termsOf, viewsOf } from "./names/members.ts";
import { type PathPlace, profileKinds } from "./names/paths.ts";
import { fileEntity } from "./names/program.ts";
import { isTask, type Target, targetsOf } from "./names/targets.ts";
import { functionUses } from "./names/vocabulary.ts";
import { type At, type MapKind, mapAt } from "./wanted.ts";

/** Keys that can stand in the map at hand and do not yet. */
export function keyCompletions(at: At): readonly Completion[] {
  const index = at.context.frames.length - 1;
  const frame = at.context.frames[index];
  if (frame === undefined) return [];
  const map = mapAt(at, index);
  // A pattern can go on from a key that is there: `face` and `face.trunk`.
  const taken = map.kind === "place" && map.place.kind === "layers" ? new Set<string>() : keysIn(at, frame);
  return keysOf(at, map).filter(({ label }) => !taken.has(label));
}

/** Single names that are keys of the map at hand, before the place and behind it. */
function keysIn({ edited: { tokens }, context }: At, frame: Frame): ReadonlySet<string> {
  const taken = new Set<string>();
  let depth = 0;
  for (let i = frame.at + 1; i < tokens.length && depth >= 0; i += 1) {
    const token = tokens[i];
    if (token === undefined) break;
    if ("([{".includes(token.text)) depth += 1;
    else if (")]}".includes(token.text)) depth -= 1;
    else if (depth === 0 && token.name === "Key" && token.start !== context.word.start && tokens[i - 1]?.text !== ".")
      taken.add(token.text);
  }
  return taken;
}

export function keysOf(at: At, map: MapKind): readonly Completion[] {
  switch (map.kind) {
    case "block":
      return blockKeys(map.keys, map.where);
    case "place":
      return placeNames(at, map.place);
    case "tasks":
      return taskNames(at).map((task) => entityKey(task));
    case "arms":
      return armLabels(at, map);
    case "fields":
    case "body":
      return [];
    case "plain":
      return taskNames(at).map((task) => entityKey(task));
  }
}

function armLabels(at: At, { want }: Extract<MapKind, { kind: "arms" }>): readonly Completion[] {
  const labels = want?.owner?.type === undefined ? [] : labelNames(want.owner.type);
  const tasks = labels.length > 0 ? [] : taskNames(at).map((task) => entityKey(task));
  return [
    ...labels.map((name) => completion(name, "label", { text: labelDoc(name) }, { insert: `${name}: ` })),
    ...tasks,
    completion("else", "keyword", { text: "Every other case." }, { insert: "else: ", rank: 7 }),
  ];
}

export function blockKeys(keys: Readonly<Record<string, Key>>, where: string): readonly Completion[] {
  return Object.entries(keys).map(([name, key]) => {
    const insert =
      key.type.kind === "map" || key.type.kind === "record" || key.type.kind === "block"
        ? `${name}: {$0}`
        : `${name}: $0`;
    return completion(name, "key", describeKey(name, key, where), { insert, snippet: true });
  });
}

function entityKey(entity: Entity, insert = `${entity.name}: `): Completion {
  const [description = { code: "", text: "" }] = describeMeant({ kind: "entities", entities: [entity] });
  return completion(entity.name, kindOf(entity), description, { insert });
}

export function kindOf({ kind }: Entity): Completion["kind"] {
  switch (kind) {
    case "module":
    case "loss":
      return "module";
    case "task":
    case "model":
    case "stage":
    case "data":
    case "encoder":
    case "label":
      return kind;
    case "binding":
    case "sweep":
    case "assembly":
      return "value";
    case "entry":
    case "field":
    case "term":
    case "view":
      return "key";
    default:
      return "variable";
  }
}

/** Tasks that have a name here: those of the files, and variables that stand for one. */
export function taskNames({ edited: { program }, scope }: Pick<At, "edited" | "scope">): readonly Entity[] {
  const file = scope.file;
  const declaredTasks = [...file.own.keys(), ...file.used.keys()].flatMap((name) => {
    const entity = fileEntity(program, file, name);
    return entity?.kind === "task" ? [entity] : [];
  });
  return [...localNames(scope).filter((entity) => isTask(program, entity)), ...declaredTasks];
}

/** Every local name, those further in first. */
export function localNames(scope: Scope): readonly Entity[] {
  const names = new Map<string, Entity>();
  for (let at: Scope | undefined = scope; at !== undefined; at = at.around)
    for (const [name, entity] of at.names) if (!names.has(name)) names.set(name, entity);
  return [...names.values()];
}

/** What a path can go on with. */
export function placeNames(at: At, place: PathPlace): readonly Completion[] {
  const { edited, scope } = at;
  const { program } = edited;
  switch (place.kind) {
    case "targets":
      return distinct(place.targets.flatMap((target) => targetNames(at, target)));
    case "block":
      return blockKeys(place.keys, place.where);
    case "tasks":
      return taskNames(at).map((task) => entityKey(task));
    case "terms": {
      const known = termsOf(program, place.stage);
      return distinct([...taskNames(at), ...known].map((each) => entityKey(each)));
    }
    case "views":
      return viewsOf(program, place.stage).map((each) => entityKey(each));
    case "layers": {
      const properties = place.layers.length === 0 && !place.anywhere ? blockKeys(patternKeys, "a pattern") : [];
      const layers = (place.anywhere ? allBelow(place.layers) : place.layers).map(layerName);
      const any = place.anywhere
        ? []
        : [completion("**", "path", { text: "Any number of steps." }, { insert: "**.", rank: 8 })];
      return distinct([...layers, ...any, ...properties]);
    }
    case "arguments":
      return argumentNames(at, place);
    case "profile": {
      const file = place.file;
      const names = [...file.own.keys(), ...file.used.keys()].flatMap((name) => fileEntity(program, file, name) ?? []);
      const kinds = Object.keys(profileKinds).map((name) =>
        completion(name, "keyword", { text: memberDoc(name, "profile") }, { insert: `${name}: `, rank: 2 }),
      );
      return [
        ...kinds,
        ...names.filter(({ kind }) => kind !== "module" && kind !== "task").map((each) => entityKey(each)),
      ];
    }
    case "nothing":
      return [];
  }
  function layerName({ name, entity: of, inside }: Layer): Completion {
    const description =
      of === undefined
        ? { code: name, text: inside().length === 0 ? "A weight." : "A layer." }
        : describeMeant({ kind: "entities", entities: [of] })[0];
    const shown = of !== undefined && isTask(program, of) ? (localEntity(scope, of.name)?.name ?? of.name) : name;
    return completion(shown, "path", { ...description });
  }
}

function targetNames(at: At, target: Target): readonly Completion[] {
  const { program } = at.edited;
  switch (target.kind) {
    case "map":
      return target.node.entries.flatMap((entry) =>
        entry.path.segments.length === 1 ? [entityKey(entryFound(program, entry, target.scope).entity)] : [],
      );
    case "function":
      return functionUses(target.name).flatMap(({ params }) =>
        Object.entries(params).map(([name, param]) =>
          completion(
            name,
            "argument",
            { code: printParam(name, param), text: `Of \`${target.name}\`.` },
            { insert: `${name}: ` },
          ),
        ),
      );
    case "declaration": {
      const { entity } = target;
      const parameters = parametersOf(program, entity).map((each) => ({ ...entityKey(each), rank: 2 }));
      const keys =
        entity.kind === "stage"
          ? blockKeys(stageKeys, "a stage")
          : entity.kind === "data"
            ? blockKeys(dataKeys, "a data block")
            : [];
      const tasks = entity.kind === "assembly" ? taskNames(at).map((task) => entityKey(task)) : [];
      return [...parameters, ...keys, ...tasks];
    }
    default:
      return [];
  }
}

function argumentNames(at: At, { value, scope }: Extract<PathPlace, { kind: "arguments" }>): readonly Completion[] {
  if (value === undefined) return [];
  const inside = value.kind === "choice" ? [value.consequent, value.otherwise] : [value];
  return distinct(
    inside.flatMap((each) => {
      if (each.kind === "call" && each.callee.kind === "name")
        return targetNames(at, { kind: "function", name: each.callee.name });
      return targetsOf(at.edited.program, each, scope).flatMap((target) => targetNames(at, target));
    }),
  );
}

export function distinct(items: readonly Completion[]): readonly Completion[] {
  const seen = new Set<string>();
  return items.filter(({ label }) => {
    if (seen.has(label)) return false;
    seen.add(label);
    return true;
  });
}
