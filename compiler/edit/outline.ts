import type { Span } from "../diagnostics/source.ts";
import type { Declaration, Entry, MapNode, OutputNode, Statement, UseNode } from "../syntax/ast.ts";
import { printParameter } from "./describe.ts";
import type { Edited } from "./edited.ts";
import type { EntityKind } from "./names/entities.ts";

/** What a text declares, and what stands in it. */
export interface OutlineItem {
  readonly name: string;
  readonly kind: EntityKind | "export" | "submit" | "head" | "key";
  readonly detail: string;
  readonly whole: Span;
  /** The name alone, inside `whole`. */
  readonly place: Span;
  readonly children: readonly OutlineItem[];
}

export function outlineOf({ program }: Edited): readonly OutlineItem[] {
  return program.main.node.declarations.flatMap((declaration) => itemOf(declaration) ?? []);
}

function itemOf(declaration: Declaration): OutlineItem | undefined {
  const { span } = declaration;
  if (declaration.kind === "use") return undefined;
  if (!("name" in declaration))
    return {
      name: `${declaration.kind} ${textOf(declaration.value.span)}`,
      kind: declaration.kind,
      detail: "",
      whole: span,
      place: span,
      children: [],
    };
  const { name } = declaration;
  if (name.text === "") return undefined;
  const parameters = "parameters" in declaration ? declaration.parameters.map(printParameter) : [];
  return {
    name: name.text,
    kind: declaration.kind,
    detail: parameters.length === 0 ? "" : `(${parameters.join(", ")})`,
    whole: span,
    place: name.span,
    children: childrenOf(declaration),
  };
}

function childrenOf(declaration: Exclude<Declaration, UseNode | OutputNode>): readonly OutlineItem[] {
  switch (declaration.kind) {
    case "module":
    case "loss":
    case "model":
      return declaration.body.statements.flatMap(ofStatement);
    case "binding":
      return declaration.value.kind === "map" ? entriesOf(declaration.value) : [];
    case "task":
    case "encoder":
    case "stage":
      return declaration.body === undefined ? [] : entriesOf(declaration.body);
    default:
      return entriesOf(declaration.body);
  }
}

function ofStatement(statement: Statement): readonly OutlineItem[] {
  if (statement.kind === "return") return [];
  const { span } = statement;
  if (statement.kind === "define") {
    const { name } = statement;
    if (name.text === "") return [];
    return [{ name: name.text, kind: "definition", detail: "", whole: span, place: name.span, children: [] }];
  }
  const place = statement.task.span;
  return isEmpty(place)
    ? []
    : [{ name: textOf(place), kind: "head", detail: "head", whole: span, place, children: [] }];
}

function entriesOf({ entries }: MapNode): readonly OutlineItem[] {
  return entries.flatMap((entry: Entry) => {
    const { path, span, value } = entry;
    if (isEmpty(path.span) || textOf(path.span) === "") return [];
    const children = value.kind === "map" ? entriesOf(value) : [];
    return [{ name: textOf(path.span), kind: "key" as const, detail: "", whole: span, place: path.span, children }];
  });
}

function isEmpty({ start, end }: Span): boolean {
  return end <= start;
}

function textOf({ source, start, end }: Span): string {
  return source.text.slice(start, end);
}
