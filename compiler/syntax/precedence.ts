import { join, type Span } from "../diagnostics/source.ts";
import type { BinaryOperator, Expr } from "./ast.ts";

/** One piece of a flat chain of operands and operators. */
export type Piece =
  | { readonly kind: "operand"; readonly expr: Expr }
  | { readonly kind: "prefix"; readonly operator: "not" | "-"; readonly span: Span }
  | { readonly kind: "operator"; readonly operator: BinaryOperator; readonly span: Span }
  | { readonly kind: "range"; readonly span: Span };

/** Binary operators from the loosest to the tightest; a range binds looser than `+`, `not` looser than comparison. */
const levels: readonly (readonly BinaryOperator[])[] = [["or"], ["and"]];
const comparisons: readonly BinaryOperator[] = ["==", "!=", "<", "<=", ">", ">=", "in"];
const sums: readonly BinaryOperator[] = ["+", "-"];
const products: readonly BinaryOperator[] = ["*", "/"];

/** The tree of a chain (language rule 86). `place` stands for an operand that is missing. */
export function treeOf(pieces: readonly Piece[], place: Span): Expr {
  let next = 0;
  const peek = () => pieces[next];

  const chain = (operators: readonly BinaryOperator[], tighter: () => Expr): Expr => {
    let left = tighter();
    for (let piece = peek(); piece?.kind === "operator" && operators.includes(piece.operator); piece = peek()) {
      next += 1;
      const right = tighter();
      left = { kind: "binary", span: join(left.span, right.span), operator: piece.operator, left, right };
    }
    return left;
  };

  const disjunction = (): Expr => chain(levels[0] ?? [], conjunction);
  const conjunction = (): Expr => chain(levels[1] ?? [], negation);
  const negation = (): Expr => {
    const piece = peek();
    if (piece?.kind !== "prefix" || piece.operator !== "not") return chain(comparisons, range);
    next += 1;
    const operand = negation();
    return { kind: "unary", span: join(piece.span, operand.span), operator: "not", operand };
  };
  const range = (): Expr => {
    const start = peek()?.kind === "range" ? undefined : sum();
    const mark = peek();
    if (mark?.kind !== "range") return start ?? { kind: "missing", span: place };
    next += 1;
    const after = peek();
    const end = after?.kind === "operand" || after?.kind === "prefix" ? sum() : undefined;
    const span = join(join(start?.span ?? mark.span, mark.span), end?.span ?? mark.span);
    return { kind: "range", span, start, end };
  };
  const sum = (): Expr => chain(sums, product);
  const product = (): Expr => chain(products, unary);
  const unary = (): Expr => {
    const piece = peek();
    if (piece?.kind !== "prefix") return power();
    next += 1;
    const operand = unary();
    return { kind: "unary", span: join(piece.span, operand.span), operator: piece.operator, operand };
  };
  const power = (): Expr => {
    const left = operand();
    const piece = peek();
    if (piece?.kind !== "operator" || piece.operator !== "^") return left;
    next += 1;
    const right = unary();
    return { kind: "binary", span: join(left.span, right.span), operator: "^", left, right };
  };
  const operand = (): Expr => {
    const piece = peek();
    if (piece?.kind !== "operand") return { kind: "missing", span: piece?.kind === undefined ? place : piece.span };
    next += 1;
    return piece.expr;
  };

  return disjunction();
}
