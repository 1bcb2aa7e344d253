import { isStandard } from "../check/files.ts";
import type { Edited } from "./edited.ts";
import type { Entity, Meant, Occurrence } from "./names/entities.ts";
import { entitiesOf, occurrencesOf } from "./occurrences.ts";

/** Kinds of names for colouring, in the order of the protocol's legend. */
export const tokenTypes = [
  "namespace",
  "type",
  "class",
  "enumMember",
  "typeParameter",
  "parameter",
  "variable",
  "property",
  "function",
] as const;

export const tokenModifiers = ["declaration", "readonly", "defaultLibrary"] as const;

export interface SemanticToken {
  readonly start: number;
  readonly end: number;
  readonly type: (typeof tokenTypes)[number];
  readonly modifiers: readonly (typeof tokenModifiers)[number][];
}

/** Every name by what it means, in order and without overlaps. */
export function semanticTokensOf(edited: Edited): readonly SemanticToken[] {
  const tokens: SemanticToken[] = [];
  for (const occurrence of occurrencesOf(edited)) {
    const { start, end } = occurrence.span;
    const last = tokens.at(-1);
    if (last !== undefined && start < last.end) continue;
    tokens.push({ start, end, type: typeOfMeant(occurrence.meant), modifiers: modifiersOf(occurrence) });
  }
  return tokens;
}

function typeOfMeant(meant: Meant): SemanticToken["type"] {
  switch (meant.kind) {
    case "entities":
      return meant.entities[0] === undefined ? "variable" : typeOfEntity(meant.entities[0]);
    case "function":
      return "function";
    case "argument":
      return "parameter";
    case "key":
    case "member":
      return "property";
    case "type":
      return "type";
    case "label":
      return "enumMember";
    case "axis":
      return "typeParameter";
  }
}

function typeOfEntity({ kind }: Entity): SemanticToken["type"] {
  switch (kind) {
    case "alias":
    case "profile":
      return "namespace";
    case "task":
    case "data":
      return "type";
    case "model":
    case "stage":
    case "sweep":
    case "assembly":
    case "encoder":
      return "class";
    case "module":
    case "loss":
      return "function";
    case "parameter":
    case "input":
      return "parameter";
    case "axis":
      return "typeParameter";
    case "label":
      return "enumMember";
    case "term":
    case "view":
    case "field":
    case "entry":
      return "property";
    default:
      return "variable";
  }
}

function modifiersOf({ defines, meant }: Occurrence): SemanticToken["modifiers"] {
  const [entity] = entitiesOf(meant);
  const modifiers: SemanticToken["modifiers"][number][] = defines ? ["declaration"] : [];
  if (entity?.kind === "binding" || entity?.kind === "encoder") modifiers.push("readonly");
  const isLibrary = entity === undefined ? meant.kind !== "axis" : isStandard(entity.file.source.name);
  return isLibrary ? [...modifiers, "defaultLibrary"] : modifiers;
}
