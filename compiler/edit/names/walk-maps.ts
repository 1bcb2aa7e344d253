import { patternValue } from "../../check/keys.ts";
import { own } from "../../check/own.ts";
import { typeOf } from "../../check/parameters.ts";
import type { Key, Type } from "../../check/type.ts";
import type { Entry, Expr, MapNode, Path } from "../../syntax/ast.ts";
import { localEntity, type Meant, type Scope } from "./entities.ts";
import { type PathPlace, stepsOf } from "./paths.ts";
import { entryEntity, fileEntity, suffixScope } from "./program.ts";
import { targetsOf, taskNamed } from "./targets.ts";
import { anything, type Walker, type Want, type Wanted } from "./walk.ts";
import { entityMeant, walkExpr, walkSuffixes } from "./walk-expressions.ts";

/** What the keys of a map are. */
export type MapUse =
  /** Tasks or words of the map's own; the type of the place says what values are, and keys if it knows them. */
  | { readonly kind: "plain"; readonly wanted: Wanted }
  | { readonly kind: "block"; readonly where: string; readonly keys: Readonly<Record<string, Key>> }
  /** Paths into something. */
  | { readonly kind: "place"; readonly place: () => PathPlace };

export function walkMap(w: Walker, node: MapNode, scope: Scope, use: MapUse): void {
  for (const entry of node.entries) walkEntry(w, entry, scope, use);
}

export function walkEntry(w: Walker, entry: Entry, scope: Scope, use: MapUse): void {
  const inside = suffixScope(w.program, entry.suffixes, scope);
  walkSuffixes(w, entry.suffixes, scope);
  if (entry.suffixes.length > 0) w.region(entry.span, inside);
  const { path, value } = entry;
  if (use.kind === "place") {
    const names = path.segments.map(({ name }) => name.text);
    const found = once(() => stepsOf(w.program, use.place(), names, inside));
    walkPath(
      w,
      path,
      inside,
      (i) =>
        found().steps[i] ??
        (i === 0 && names.length === 1 && use.place().kind !== "layers" ? ownKey(w, entry, inside) : undefined),
    );
    const wanted: Wanted = () =>
      found().end.kind === "layers" ? { type: patternValue, owner: undefined } : wantedBy(found().steps.at(-1));
    if (value.kind === "map") walkMap(w, value, inside, { kind: "place", place: () => found().end });
    else walkExpr(w, value, inside, wanted);
    return;
  }
  const key = path.segments[0]?.name.text ?? "";
  const known = use.kind === "block" && Object.hasOwn(use.keys, key) ? use.keys[key] : undefined;
  if (use.kind === "block") {
    walkPath(w, path, inside, () =>
      known === undefined ? undefined : { kind: "key", where: use.where, name: key, key: known },
    );
    walkValue(w, value, inside, known?.type);
    return;
  }
  const type = once(() => recordOf(use.wanted()?.type));
  walkPath(w, path, inside, () => {
    const block = type();
    if (block?.kind === "block" && Object.hasOwn(block.keys, key)) {
      const rule = block.keys[key];
      if (rule !== undefined) return { kind: "key", where: "this map", name: key, key: rule };
    }
    if (block?.kind === "record" && block.key.kind === "data") {
      const data = localEntity(inside, key) ?? fileEntity(w.program, inside.file, key);
      if (data !== undefined) return entityMeant(data);
    }
    return path.segments.length === 1 ? ownKey(w, entry, inside) : undefined;
  });
  walkExpr(w, value, inside, () => {
    const map = type();
    const of = map?.kind === "record" ? map.value : map?.kind === "block" ? own(map.keys, key)?.type : undefined;
    return of === undefined ? undefined : { type: of, owner: use.wanted()?.owner };
  });
}

/** A value of a known type; a map of a type with keys has those. */
function walkValue(w: Walker, value: Expr, scope: Scope, type: Type | undefined): void {
  if (value.kind === "map" && type?.kind === "block")
    walkMap(w, value, scope, { kind: "block", where: "this map", keys: type.keys });
  else walkExpr(w, value, scope, () => (type === undefined ? undefined : { type, owner: undefined }));
}

/** The task that a key stands for, or the key itself. */
function ownKey(w: Walker, entry: Entry, inside: Scope): Meant | undefined {
  const name = entry.path.segments[0]?.name.text ?? "";
  return entityMeant(taskNamed(w.program, name, inside) ?? entryEntity(w.program, entry, "entry", inside));
}

/** `meant` says what each segment is. */
export function walkPath(w: Walker, path: Path, scope: Scope, meant: (i: number) => Meant | undefined): void {
  path.segments.forEach(({ name, indices }, i) => {
    if (name.text !== "**") w.refer(name.span, () => meant(i));
    for (const index of indices) walkExpr(w, index, scope, anything);
  });
}

/** `x with {..}`: paths into what is changed. */
export function walkChanges(w: Walker, changes: MapNode, target: Expr, scope: Scope): void {
  const place = once((): PathPlace => ({ kind: "targets", targets: targetsOf(w.program, target, scope) }));
  walkMap(w, changes, scope, { kind: "place", place });
  w.changes.push({ target, scope, changes: plainChanges(w, changes, scope) });
}

export function plainChanges(w: Walker, { entries }: MapNode, scope: Scope) {
  return entries.flatMap(({ path, value, suffixes }) => {
    const [first, ...more] = path.segments;
    if (first === undefined || more.length > 0) return [];
    return [{ name: first.name.text, value, scope: suffixScope(w.program, suffixes, scope) }];
  });
}

/** What a key, a parameter or an argument takes. */
export function wantedBy(meant: Meant | undefined): Want | undefined {
  switch (meant?.kind) {
    case "key":
      return { type: meant.key.type, owner: undefined };
    case "argument":
      return { type: meant.param.type, owner: undefined };
    case "entities": {
      const [entity] = meant.entities;
      return entity?.type === undefined ? undefined : { type: typeOf(entity.type), owner: entity };
    }
    default:
      return undefined;
  }
}

/** The record or block among the options of a type. */
function recordOf(type: Type | undefined): Type | undefined {
  if (type?.kind !== "options") return type;
  return type.options.find(({ kind }) => kind === "record" || kind === "block");
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
