import type { Declaration, Expr, MapNode, Statement, Suffix } from "./ast.ts";
import { perNode } from "./per-node.ts";

/** Every `for` and `if` of a declaration, in the order of the text. */
export const suffixesOf = perNode((declaration: Declaration): readonly Suffix[] => {
  const found: Suffix[] = [];
  if ("parameters" in declaration)
    for (const { fallback } of declaration.parameters) if (fallback !== undefined) inExpr(fallback, found);
  switch (declaration.kind) {
    case "use":
      break;
    case "module":
    case "loss":
    case "model":
      for (const statement of declaration.body.statements) inStatement(statement, found);
      break;
    default:
      if ("model" in declaration) inExpr(declaration.model, found);
      if ("data" in declaration) inExpr(declaration.data, found);
      if ("value" in declaration) inExpr(declaration.value, found);
      if ("body" in declaration && declaration.body !== undefined) inMap(declaration.body, found);
  }
  return found;
});

function inStatement(statement: Statement, found: Suffix[]): void {
  inExpr(statement.value, found);
  if (statement.kind !== "return") add(statement.suffixes, found);
}

function add(suffixes: readonly Suffix[], found: Suffix[]): void {
  found.push(...suffixes);
  for (const suffix of suffixes) inExpr(suffix.kind === "for" ? suffix.list : suffix.condition, found);
}

function inMap({ entries }: MapNode, found: Suffix[]): void {
  for (const { value, suffixes } of entries) {
    inExpr(value, found);
    add(suffixes, found);
  }
}

function inExpr(expr: Expr, found: Suffix[]): void {
  switch (expr.kind) {
    case "tuple":
      for (const item of expr.items) inExpr(item, found);
      break;
    case "list":
      for (const item of expr.items) {
        if (item.kind === "axis") inExpr(item.size, found);
        if (item.kind !== "item") continue;
        inExpr(item.value, found);
        add(item.suffixes, found);
      }
      break;
    case "map":
      inMap(expr, found);
      break;
    case "call":
      inExpr(expr.callee, found);
      for (const { value, suffixes } of expr.args) {
        inExpr(value, found);
        add(suffixes, found);
      }
      break;
    case "index":
      inExpr(expr.target, found);
      for (const { value } of expr.indices) inExpr(value, found);
      break;
    case "member":
      inExpr(expr.target, found);
      break;
    case "unary":
      inExpr(expr.operand, found);
      break;
    case "binary":
      inExpr(expr.left, found);
      inExpr(expr.right, found);
      break;
    case "send":
      inExpr(expr.value, found);
      inExpr(expr.to, found);
      break;
    case "with":
      inExpr(expr.target, found);
      inMap(expr.changes, found);
      break;
    case "choice":
      for (const each of [expr.condition, expr.consequent, expr.otherwise]) inExpr(each, found);
      break;
    case "match":
      inExpr(expr.subject, found);
      for (const arm of expr.arms) inExpr(arm.value, found);
      break;
    default:
  }
}
