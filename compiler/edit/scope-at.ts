import type { Expr } from "../syntax/ast.ts";
import { parseFile } from "../syntax/index.ts";
import type { Edited } from "./edited.ts";
import type { Entity, Scope } from "./names/entities.ts";
import { declared, fileScope, isNamed } from "./names/program.ts";
import { walkFile } from "./names/walk.ts";

/** The names that can be used at a place: those of the innermost part of the text around it. */
export function scopeAt({ program }: Edited, offset: number, declaration: number | undefined): Scope {
  const { main } = program;
  const around = walkFile(program, main)
    .regions.filter(({ start, end }) => start <= offset && offset <= end)
    .toSorted((a, b) => a.end - a.start - (b.end - b.start));
  const [innermost] = around;
  if (innermost !== undefined) return innermost.scope;
  // What is broken may end before the place that belongs to it.
  const entity = declaration === undefined ? undefined : declarationAt(program, declaration);
  const region = walkFile(program, main).regions.find(({ start }) => start === entity?.whole.start);
  return region?.scope ?? fileScope(main);
}

/** The declaration that begins at an offset. */
export function declarationAt(program: Edited["program"], start: number): Entity | undefined {
  const { main } = program;
  const node = main.node.declarations.find(({ span }) => span.start === start);
  return node !== undefined && isNamed(node) ? declared(program, node, main) : undefined;
}

/** An expression by itself; undefined if the text is none. */
export function parseExpression(text: string): Expr | undefined {
  const [binding, ...more] = parseFile({ name: "expression", text: `expression = ${text}` }).file.declarations;
  return binding?.kind === "binding" && more.length === 0 ? binding.value : undefined;
}
