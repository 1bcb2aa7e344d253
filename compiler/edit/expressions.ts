import type { Declaration, Expr, MapNode, ShapeNode, Statement, Suffix } from "../syntax/ast.ts";

/** Every expression of a declaration, those inside others included. */
export function* expressionsOf(declaration: Declaration): Iterable<Expr> {
  if ("parameters" in declaration)
    for (const { fallback } of declaration.parameters) if (fallback !== undefined) yield* within(fallback);
  if ("inputs" in declaration) {
    for (const { shape } of declaration.inputs) yield* ofShape(shape);
    if ("result" in declaration) yield* ofShape(declaration.result);
    for (const statement of declaration.body.statements) yield* ofStatement(statement);
    return;
  }
  if ("value" in declaration) yield* within(declaration.value);
  if ("model" in declaration) yield* within(declaration.model);
  if ("data" in declaration) yield* within(declaration.data);
  if ("body" in declaration && declaration.body !== undefined) yield* ofMap(declaration.body);
}

function* ofStatement(statement: Statement): Iterable<Expr> {
  yield* within(statement.value);
  if (statement.kind === "return") return;
  yield* ofSuffixes(statement.suffixes);
  if (statement.kind === "define") yield* ofShape(statement.shape);
  else {
    yield* within(statement.task);
    if (statement.body !== undefined) yield* ofMap(statement.body);
  }
}

function* ofMap({ entries }: MapNode): Iterable<Expr> {
  for (const { path, value, suffixes } of entries) {
    for (const { indices } of path.segments) for (const index of indices) yield* within(index);
    yield* within(value);
    yield* ofSuffixes(suffixes);
  }
}

function* ofSuffixes(suffixes: readonly Suffix[]): Iterable<Expr> {
  for (const suffix of suffixes) yield* within(suffix.kind === "for" ? suffix.list : suffix.condition);
}

function* ofShape(shape: ShapeNode | undefined): Iterable<Expr> {
  for (const axis of shape?.axes ?? [])
    if ((axis.kind === "axis" || axis.kind === "size") && axis.size !== undefined) yield* within(axis.size);
}

function* within(expr: Expr): Iterable<Expr> {
  yield expr;
  switch (expr.kind) {
    case "tuple":
      for (const item of expr.items) yield* within(item);
      break;
    case "list":
      for (const item of expr.items) {
        if (item.kind === "axis") yield* within(item.size);
        if (item.kind !== "item") continue;
        yield* within(item.value);
        yield* ofSuffixes(item.suffixes);
      }
      break;
    case "map":
      yield* ofMap(expr);
      break;
    case "call":
      yield* within(expr.callee);
      for (const { value, suffixes } of expr.args) {
        yield* within(value);
        yield* ofSuffixes(suffixes);
      }
      break;
    case "index":
      yield* within(expr.target);
      for (const { value } of expr.indices) yield* within(value);
      break;
    case "member":
      yield* within(expr.target);
      break;
    case "unary":
      yield* within(expr.operand);
      break;
    case "binary":
      yield* within(expr.left);
      yield* within(expr.right);
      break;
    case "range":
      if (expr.start !== undefined) yield* within(expr.start);
      if (expr.end !== undefined) yield* within(expr.end);
      break;
    case "send":
      yield* within(expr.value);
      yield* within(expr.to);
      break;
    case "with":
      yield* within(expr.target);
      yield* ofMap(expr.changes);
      break;
    case "choice":
      yield* within(expr.condition);
      yield* within(expr.consequent);
      yield* within(expr.otherwise);
      break;
    case "match":
      yield* within(expr.subject);
      for (const { value } of expr.arms) yield* within(value);
      break;
    default:
  }
}
