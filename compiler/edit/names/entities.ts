import type { FileScope, Named } from "../../check/files.ts";
import type { Key, Param } from "../../check/type.ts";
import type { Span } from "../../diagnostics/source.ts";
import type { Expr, Input, ProfileNode, ShapeNode, TypeNode } from "../../syntax/ast.ts";

/** What a name can stand for: a declaration by its kind, or something inside one. */
export type EntityKind =
  | Named["kind"]
  | "profile"
  | "alias"
  | "parameter"
  | "input"
  | "definition"
  | "variable"
  | "axis"
  | "term"
  | "view"
  | "field"
  | "label"
  | "entry";

/** Something that a text names, at the place where it does. Each has one value in a `Program`, so that they are compared by identity. */
export interface Entity {
  readonly kind: EntityKind;
  readonly name: string;
  /** The name itself. */
  readonly span: Span;
  /** All that defines it. */
  readonly whole: Span;
  readonly file: FileScope;
  /** What it is, and where that is evaluated: a binding's value, a definition's, what a loop runs over, a parameter's default. */
  readonly value: Expr | undefined;
  readonly scope: Scope;
  readonly declaration: Named | ProfileNode | undefined;
  /** Of a parameter. */
  readonly type: TypeNode | undefined;
  /** Of an input or a definition with an annotation. */
  readonly shape: ShapeNode | undefined;
  readonly input: Input | undefined;
  /** What it belongs to: a parameter's declaration, a label's parameter, a term's stage. */
  readonly owner: Entity | undefined;
}

/** Names of one part of a text, over those around it; beyond the last stand the file's. */
export interface Scope {
  readonly file: FileScope;
  readonly names: ReadonlyMap<string, Entity>;
  readonly around: Scope | undefined;
  /** Axes that the signature around names: their sizes have values. */
  readonly axes: ReadonlyMap<string, Entity> | undefined;
  /** The declaration around, if it is in one. */
  readonly within: Entity | undefined;
}

/** What stands at a place: one or several things the text names, or something of the language. */
export type Meant =
  | { readonly kind: "entities"; readonly entities: readonly Entity[] }
  | { readonly kind: "function"; readonly name: string }
  | { readonly kind: "argument"; readonly callee: string; readonly name: string; readonly param: Param }
  | { readonly kind: "key"; readonly where: string; readonly name: string; readonly key: Key }
  | { readonly kind: "type"; readonly name: string }
  /** A word that a type lists; of a library's type, it is named nowhere. */
  | { readonly kind: "label"; readonly name: string; readonly of: string }
  | { readonly kind: "axis"; readonly name: string }
  | { readonly kind: "member"; readonly name: string; readonly of: string };

/** A name in the text, with what it means. */
export interface Occurrence {
  readonly span: Span;
  readonly meant: Meant;
  readonly defines: boolean;
}

export function localEntity(scope: Scope | undefined, name: string): Entity | undefined {
  for (let at = scope; at !== undefined; at = at.around) {
    const found = at.names.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function axisEntity(scope: Scope | undefined, name: string): Entity | undefined {
  for (let at = scope; at !== undefined; at = at.around) {
    const found = at.axes?.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}
