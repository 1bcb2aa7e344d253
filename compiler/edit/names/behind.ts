import type { FileScope } from "../../check/files.ts";
import type { Expr } from "../../syntax/ast.ts";
import type { Entity } from "./entities.ts";
import { fileEntity, type Program } from "./program.ts";

/** Bindings of bindings further than this are no spec's. */
const depthLimit = 32;

/** The stages, models or assemblies that an expression plainly is made of: through calls, `with`, lists and names, and no variables. */
export function behind(program: Program, expr: Expr, file: FileScope, depth = 0): readonly Entity[] {
  if (depth > depthLimit) return [];
  const of = (inner: Expr) => behind(program, inner, file, depth + 1);
  switch (expr.kind) {
    case "call":
      return of(expr.callee);
    case "with":
    case "index":
      return of(expr.target);
    case "list":
      return [...new Set(expr.items.flatMap((item) => (item.kind === "item" ? of(item.value) : [])))];
    case "name": {
      const entity = fileEntity(program, file, expr.name);
      if (entity?.kind !== "binding" && entity?.kind !== "sweep") return entity === undefined ? [] : [entity];
      return entity.value === undefined ? [] : behind(program, entity.value, entity.file, depth + 1);
    }
    case "member": {
      const alias = expr.target.kind === "name" ? file.aliases.get(expr.target.name) : undefined;
      const found = alias === undefined ? undefined : fileEntity(program, alias, expr.name.text);
      return found === undefined ? [] : [found];
    }
    default:
      return [];
  }
}
