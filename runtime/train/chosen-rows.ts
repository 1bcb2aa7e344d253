import type { RowRule } from "../../compiler/lower/plan.ts";
import type { AnnotationTable } from "../data/annotation-table.ts";

/** Rows of a table that a rule takes: `valid` has every label of its tasks (any unit counts), `any_valid` at least one of them, if there are any. */
export function chosenRows(table: AnnotationTable, rule: RowRule): Int32Array {
  return Int32Array.from({ length: table.rows }, (_, row) => row).filter((row) => takes(table, rule, row));
}

function takes(table: AnnotationTable, rule: RowRule, row: number): boolean {
  switch (rule.kind) {
    case "valid":
      return rule.tasks.every((task) => isLabelled(table, task, row));
    case "any_valid":
      // A model without heads learns of every row.
      return rule.tasks.length === 0 || rule.tasks.some((task) => isLabelled(table, task, row));
    case "and":
      return rule.rules.every((each) => takes(table, each, row));
    case "or":
      return rule.rules.some((each) => takes(table, each, row));
    case "not":
      return !takes(table, rule.rule, row);
  }
}

export function isLabelled(table: AnnotationTable, task: string, row: number): boolean {
  const weight = table.labels.get(task)?.weight;
  if (weight === undefined) return false;
  const width = weight.length / table.rows;
  for (let i = 0; i < width; i += 1) if ((weight[row * width + i] ?? 0) > 0) return true;
  return false;
}
