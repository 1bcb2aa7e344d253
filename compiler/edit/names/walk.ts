import type { FileScope } from "../../check/files.ts";
import type { Type } from "../../check/type.ts";
import type { Span } from "../../diagnostics/source.ts";
import type { Name } from "../../syntax/ast.ts";
import type { Entity, Meant, Scope } from "./entities.ts";
import type { CallSite, ChangeSite } from "./flows.ts";
import type { Program } from "./program.ts";
import { walkDeclaration } from "./walk-declarations.ts";

/** A name in the text; what it means is worked out when it is asked for. */
export interface Place {
  readonly span: Span;
  readonly defines: boolean;
  readonly meant: () => Meant | undefined;
}

/** What a place wants: a word that its type lists is that label, one of the labels of `owner`, a parameter. */
export interface Want {
  readonly type: Type;
  readonly owner: Entity | undefined;
}

export type Wanted = () => Want | undefined;

export const anything: Wanted = () => undefined;
export const wanting =
  (type: Type): Wanted =>
  () => ({ type, owner: undefined });

/** A part of a text in which certain names can be used. */
export interface Region {
  readonly start: number;
  readonly end: number;
  readonly scope: Scope;
}

/** Every name of a file, and what goes where. */
export interface Walk {
  readonly places: readonly Place[];
  readonly calls: readonly CallSite[];
  readonly changes: readonly ChangeSite[];
  readonly regions: readonly Region[];
}

/** A walk in the making. */
export class Walker {
  readonly program: Program;
  readonly file: FileScope;
  readonly places: Place[] = [];
  readonly calls: CallSite[] = [];
  readonly changes: ChangeSite[] = [];
  readonly regions: Region[] = [];

  constructor(program: Program, file: FileScope) {
    this.program = program;
    this.file = file;
  }

  define(entity: Entity): void {
    this.#add(entity.span, true, () => ({ kind: "entities", entities: [entity] }));
  }

  refer(span: Span, meant: () => Meant | undefined): void {
    this.#add(span, false, meant);
  }

  /** A name that stands for what it is called by. */
  referTo({ span }: Name, entity: () => Entity | undefined): void {
    this.#add(span, false, () => {
      const found = entity();
      return found === undefined ? undefined : { kind: "entities", entities: [found] };
    });
  }

  region({ start, end }: Span, scope: Scope): void {
    this.regions.push({ start, end, scope });
  }

  /** Holes of the text have no place. */
  #add(span: Span, defines: boolean, make: () => Meant | undefined): void {
    if (span.end <= span.start) return;
    let made: { readonly meant: Meant | undefined } | undefined;
    const meant = () => {
      made ??= { meant: make() };
      return made.meant;
    };
    this.places.push({ span, defines, meant });
  }
}

/** Looks at every name of a file once. */
export function walkFile(program: Program, file: FileScope): Walk {
  const known = program.walks.get(file);
  if (known !== undefined) return known;
  const walker = new Walker(program, file);
  program.walks.set(file, walker);
  for (const declaration of file.node.declarations) walkDeclaration(walker, declaration);
  return walker;
}
