import {
  dataKeys,
  encoderKeys,
  exportKeys,
  headKeys,
  patternKeys,
  patternValue,
  stageKeys,
  submitKeys,
  sweepKeys,
  taskKeys,
} from "../check/keys.ts";
import { own } from "../check/own.ts";
import { typeOf } from "../check/parameters.ts";
import type { Key, Type } from "../check/type.ts";
import { type Context, chainStart, type Frame } from "./context.ts";
import type { Edited, Token } from "./edited.ts";
import type { Entity, Scope } from "./names/entities.ts";
import { parametersOf } from "./names/flows.ts";
import { type PathPlace, stepsOf } from "./names/paths.ts";
import { type Target, targetsOf } from "./names/targets.ts";
import { functionUses } from "./names/vocabulary.ts";
import type { Want } from "./names/walk.ts";
import { itemType } from "./names/walk-expressions.ts";
import { wantedBy } from "./names/walk-maps.ts";
import { declarationAt, parseExpression, scopeAt } from "./scope-at.ts";

/** A place in a text that is being edited, with all that is known of it. */
export interface At {
  readonly edited: Edited;
  readonly context: Context;
  readonly scope: Scope;
  /** The declaration around. */
  readonly entity: Entity | undefined;
}

export function placeAt(edited: Edited, context: Context): At {
  const start = context.declaration === undefined ? undefined : edited.tokens[context.declaration]?.start;
  const scope = scopeAt(edited, context.word.start, start);
  const entity = start === undefined ? undefined : declarationAt(edited.program, start);
  return { edited, context, scope, entity };
}

/** What a map in braces is, for the keys that can stand in it. */
export type MapKind =
  | { readonly kind: "block"; readonly where: string; readonly keys: Readonly<Record<string, Key>> }
  /** Paths into something, and a block's own keys apart. */
  | { readonly kind: "place"; readonly place: PathPlace }
  | { readonly kind: "arms"; readonly want: Want | undefined }
  | { readonly kind: "body" }
  | { readonly kind: "fields" }
  | { readonly kind: "tasks" }
  | { readonly kind: "plain" };

const declarationMaps: Readonly<Record<string, MapKind>> = {
  Data: { kind: "block", where: "a data block", keys: dataKeys },
  Task: { kind: "block", where: "a task", keys: taskKeys },
  Encoder: { kind: "block", where: "an encoder", keys: encoderKeys },
  Stage: { kind: "block", where: "a stage", keys: stageKeys },
  Sweep: { kind: "block", where: "a sweep", keys: sweepKeys },
  Export: { kind: "block", where: "an export", keys: exportKeys },
  Submit: { kind: "block", where: "a submission", keys: submitKeys },
  Assemble: { kind: "tasks" },
  Module: { kind: "body" },
  Loss: { kind: "body" },
  Model: { kind: "body" },
};

/** Keys that are a place of a stage's, whatever their type. */
export function mapAt(at: At, index: number): MapKind {
  const { edited, context, scope, entity } = at;
  const { tokens, program } = edited;
  const frame = context.frames[index];
  if (frame === undefined) return { kind: "plain" };
  const previous = tokens[frame.at - 1];
  if (previous?.text === "with")
    return { kind: "place", place: { kind: "targets", targets: behindToken(at, frame.at - 2) } };
  if (tokens[chainStart(tokens, frame.at - 1) - 1]?.text === "match")
    return { kind: "arms", want: subjectWant(at, frame.at - 1) };
  const parent = context.frames[index - 1];
  if (parent === undefined) {
    const word = tokens[context.declaration ?? -1]?.name ?? "";
    if (word === "Profile") return { kind: "place", place: { kind: "profile", file: program.main } };
    return declarationMaps[word] ?? { kind: "plain" };
  }
  if (previous?.text !== ":") {
    if (mapAt(at, index - 1).kind === "body") return { kind: "block", where: "a head", keys: headKeys };
    const type = parent.bracket === "(" ? wantedAt(at, index - 1)?.type : undefined;
    return mapOfType(type);
  }
  if (parent.bracket !== "{" || parent.key === undefined) return mapOfType(wantedAt(at, index - 1)?.type);
  const outer = mapAt(at, index - 1);
  const path = pathBefore(tokens, parent);
  const [first = ""] = path;
  if (outer.kind === "block" && entity !== undefined && context.frames.length > 0 && index === 1) {
    const named = namedMap(at, first);
    if (named !== undefined) return named;
  }
  const place = placeOf(outer);
  if (place === undefined) return mapOfType(wantedAt(at, index - 1)?.type);
  const { steps, end } = stepsOf(program, place, path, scope);
  if (end.kind === "layers") return { kind: "block", where: "a pattern", keys: patternKeys };
  if (end.kind !== "nothing") return { kind: "place", place: end };
  return mapOfType(wantedBy(steps.at(-1))?.type);
}

/** Maps of a stage's, data's or sweep's block that are more than their type says. */
function namedMap({ edited: { program }, entity, scope }: At, key: string): MapKind | undefined {
  if (entity === undefined) return undefined;
  if (entity.kind === "sweep") {
    if (key !== "over" || entity.value === undefined) return undefined;
    return { kind: "place", place: { kind: "targets", targets: targetsOf(program, entity.value, entity.scope) } };
  }
  if (entity.kind === "data") {
    if (key === "labels") return { kind: "tasks" };
    return key === "fields" ? { kind: "fields" } : undefined;
  }
  if (entity.kind !== "stage") return undefined;
  if (key === "views") return { kind: "plain" };
  const { end } = stepsOf(program, { kind: "targets", targets: [{ kind: "declaration", entity }] }, [key], scope);
  return end.kind === "nothing" || end.kind === "arguments" ? undefined : { kind: "place", place: end };
}

function placeOf(map: MapKind): PathPlace | undefined {
  if (map.kind === "place") return map.place;
  return map.kind === "block" ? { kind: "block", where: map.where, keys: map.keys } : undefined;
}

function mapOfType(type: Type | undefined): MapKind {
  const options = type?.kind === "options" ? type.options : type === undefined ? [] : [type];
  for (const option of options) {
    if (option.kind === "block") return { kind: "block", where: "this map", keys: option.keys };
    if (option.kind === "record" && option.key.kind === "task") return { kind: "tasks" };
  }
  return { kind: "plain" };
}

/** Names of the key at hand with those before it: `face.trunk`. */
export function pathBefore(tokens: readonly Token[], { key }: Frame): readonly string[] {
  if (key === undefined) return [];
  const start = chainStart(tokens, key);
  return tokens
    .slice(start, key + 1)
    .filter(({ text }, i, all) => /^\w+$/.test(text) && !insideBrackets(all, i))
    .map(({ text }) => text);
}

function insideBrackets(tokens: readonly Token[], at: number): boolean {
  let depth = 0;
  for (const { text } of tokens.slice(0, at)) depth += text === "[" ? 1 : text === "]" ? -1 : 0;
  return depth > 0;
}

/** What the chain that ends with a token stands for. */
export function behindToken(at: At, last: number): readonly Target[] {
  const { edited, scope } = at;
  const start = chainStart(edited.tokens, last);
  const from = edited.tokens[start];
  const to = edited.tokens[last];
  if (from === undefined || to === undefined || start > last) return [];
  const expr = parseExpression(edited.source.text.slice(from.start, to.end));
  return expr === undefined ? [] : targetsOf(edited.program, expr, scope);
}

function subjectWant(at: At, last: number): Want | undefined {
  const name = at.edited.tokens[last]?.text ?? "";
  const entity = at.scope.names.get(name) ?? at.scope.around?.names.get(name);
  return entity?.type === undefined ? undefined : { type: typeOf(entity.type), owner: entity };
}

/** What a call in front of a round bracket calls. */
export function calleeAt(at: At, frame: Frame): readonly Target[] {
  const name = at.edited.tokens[frame.at - 1];
  if (name === undefined || frame.bracket !== "(") return [];
  const targets = behindToken(at, frame.at - 1);
  const isPlain = chainStart(at.edited.tokens, frame.at - 1) === frame.at - 1;
  const callable = targets.some(({ kind }) => kind === "declaration" || kind === "function");
  return callable || !isPlain || functionUses(name.text).length === 0
    ? targets
    : [{ kind: "function", name: name.text }];
}

/** What the place in a frame wants. */
export function wantedAt(at: At, index: number): Want | undefined {
  const { edited, context, entity } = at;
  const { tokens, program } = edited;
  const frame = context.frames[index];
  if (frame === undefined) {
    const word = tokens[context.declaration ?? -1]?.name;
    if (word === "Task") return { type: { kind: "call", family: "meaning" }, owner: undefined };
    if (tokens[context.before]?.text === "on") return { type: { kind: "data" }, owner: undefined };
    return tokens[context.before]?.name === "Train" ? { type: { kind: "model" }, owner: undefined } : undefined;
  }
  if (frame.bracket === "[") {
    const outer = wantedAt(at, index - 1);
    const isIndex =
      /^[\w)\]]/.test(tokens[frame.at - 1]?.text ?? "") &&
      !/^(in|else|then|return|and|or|not)$/.test(tokens[frame.at - 1]?.text ?? "");
    if (outer === undefined || isIndex) return undefined;
    if (outer.type.kind === "shape") return { type: { kind: "axis" }, owner: undefined };
    const type = itemType(outer.type);
    return type === undefined ? undefined : { type, owner: outer.owner };
  }
  if (frame.bracket === "(")
    return argumentWanted(at, frame) ?? (isGrouping(tokens, frame) ? wantedAt(at, index - 1) : undefined);
  if (frame.key === undefined) return undefined;
  const map = mapAt(at, index);
  const path = pathBefore(tokens, frame);
  if (map.kind === "tasks" && entity?.kind === "assembly") return { type: { kind: "stream" }, owner: undefined };
  if (map.kind === "tasks" && entity?.kind === "data")
    return { type: { kind: "call", family: "labels" }, owner: undefined };
  if (map.kind === "fields") return { type: { kind: "call", family: "field" }, owner: undefined };
  const place = placeOf(map);
  if (place === undefined) return undefined;
  if (place.kind === "terms") return { type: { kind: "call", family: "loss" }, owner: undefined };
  if (place.kind === "layers") return { type: patternValue, owner: undefined };
  return wantedBy(stepsOf(program, place, path, at.scope).steps.at(-1));
}

function isGrouping(tokens: readonly Token[], frame: Frame): boolean {
  const previous = tokens[frame.at - 1];
  return previous === undefined || !/^[\w)\]]/.test(previous.text);
}

/** The type of the argument at hand: by its name, or by its place. */
function argumentWanted(at: At, frame: Frame): Want | undefined {
  const { edited } = at;
  const { tokens, program } = edited;
  const name = frame.key === undefined ? undefined : tokens[frame.key]?.text;
  const sent = tokens[chainStart(tokens, frame.at - 1) - 1]?.text === "->";
  for (const target of calleeAt(at, frame)) {
    if (target.kind === "declaration") {
      const parameters = parametersOf(program, target.entity);
      const found = name === undefined ? parameters[frame.commas] : parameters.find((each) => each.name === name);
      if (found?.type !== undefined) return { type: typeOf(found.type), owner: found };
    } else if (target.kind === "function") {
      for (const { params, variadic, inputs } of functionUses(target.name)) {
        const entries = Object.entries(params);
        const [first] = entries;
        if (variadic && first !== undefined && name === undefined) {
          const type = first[1].type;
          return { type: type.kind === "list" ? type.item : type, owner: undefined };
        }
        const tensors = sent || inputs === undefined ? 0 : inputs === "many" ? Number.POSITIVE_INFINITY : inputs.length;
        if (name === undefined && frame.commas < tensors) return { type: { kind: "tensor" }, owner: undefined };
        const found = name === undefined ? entries[frame.commas - tensors]?.[1] : own(params, name);
        if (found !== undefined) return { type: found.type, owner: undefined };
      }
    }
  }
  return undefined;
}
