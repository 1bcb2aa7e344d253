import type { TaskMeaning } from "../library/task.ts";
import type { Expr } from "../syntax/ast.ts";
import type { Entity } from "./names/entities.ts";
import type { Program } from "./names/program.ts";
import { ofEntity } from "./names/targets.ts";

/** What a task's declaration says that it means, as far as the text alone tells. */
export function taskMeaning({ declaration }: Entity): TaskMeaning | undefined {
  if (declaration?.kind !== "task") return undefined;
  const { value } = declaration;
  if (value.kind !== "call" || value.callee.kind !== "name") return undefined;
  const names = value.args.flatMap((arg) => labelsIn(arg.value));
  switch (value.callee.name) {
    case "units":
    case "classes":
      return { kind: value.callee.name, names };
    case "scalar":
      return { kind: "scalar", min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
    default:
      return undefined;
  }
}

function labelsIn(expr: Expr): readonly string[] {
  if (expr.kind === "name") return [expr.name];
  return expr.kind === "list" ? expr.items.flatMap((item) => (item.kind === "item" ? labelsIn(item.value) : [])) : [];
}

/** The kinds of tasks that a name can stand for; empty where that is not known. */
export function taskKinds(program: Program, entity: Entity): ReadonlySet<TaskMeaning["kind"]> {
  if (entity.kind === "task") {
    const meaning = taskMeaning(entity);
    return new Set(meaning === undefined ? [] : [meaning.kind]);
  }
  return new Set(
    ofEntity(program, entity).flatMap((target) =>
      target.kind === "declaration" && target.entity.kind === "task" ? (taskMeaning(target.entity)?.kind ?? []) : [],
    ),
  );
}
