import type { IToken } from "chevrotain";
import type {
  ArgsCstNode,
  ArgumentCstNode,
  ArmCstNode,
  EntryCstNode,
  ExprCstNode,
  FlatCstNode,
  IndexCstNode,
  ListCstNode,
  MapCstNode,
  MatchCstNode,
  OpenRangeCstNode,
  OperandCstNode,
  PathCstNode,
  PostfixCstNode,
  PrimaryCstNode,
  StepCstNode,
  SuffixesCstNode,
} from "../../grammar/index.ts";
import { join, type Span, textIn } from "../diagnostics/source.ts";
import type { Argument, BinaryOperator, Entry, Expr, IndexNode, Item, MapNode, Name, Path, Suffix } from "./ast.ts";
import { type Piece, treeOf } from "./precedence.ts";
import type { Places } from "./reader.ts";

/** Reads expressions. A child that recovery left out becomes `missing`: its mistake has been reported. */
export class ExprReader {
  readonly places: Places;

  constructor(places: Places) {
    this.places = places;
  }

  expr(node: ExprCstNode | undefined, place: Span): Expr {
    const choice = node?.children.choice?.[0];
    if (choice !== undefined) {
      const span = this.places.node(choice);
      return {
        kind: "choice",
        span,
        condition: this.flat(choice.children.flat?.[0], span),
        consequent: this.expr(choice.children.expr?.[0], span),
        otherwise: this.expr(choice.children.expr?.[1], span),
      };
    }
    return this.flat(node?.children.flat?.[0], place);
  }

  flat(node: FlatCstNode | undefined, place: Span): Expr {
    if (node === undefined) return { kind: "missing", span: place };
    const first: Piece[] = [];
    this.#openRange(node.children.openRange?.[0], first);
    this.#operand(node.children.operand?.[0], first);
    let pieces = first;
    let before: Expr | undefined;
    const close = (): Expr => {
      const rest = pieces;
      pieces = [];
      if (before === undefined) return treeOf(rest, place);
      return rest.length === 0 ? before : treeOf([{ kind: "operand", expr: before }, ...rest], place);
    };
    for (const step of node.children.step ?? []) {
      const { children } = step;
      if (children.Arrow !== undefined) {
        const value = close();
        const to = this.postfix(children.postfix?.[0], place);
        before = { kind: "send", span: join(value.span, to.span), value, to };
      } else if (children.With !== undefined) {
        const target = close();
        const changes = this.map(children.map?.[0], place);
        before = { kind: "with", span: join(target.span, changes.span), target, changes };
      } else this.#step(step, pieces);
    }
    return close();
  }

  #step({ children }: StepCstNode, into: Piece[]): void {
    const token = Object.values(children.operator?.[0]?.children ?? {}).flat()[0];
    if (token !== undefined) {
      const operator = operators.get(token.image);
      if (operator !== undefined) into.push({ kind: "operator", operator, span: this.places.token(token) });
      this.#operand(children.operand?.[0], into);
      return;
    }
    this.#openRange(children.openRange?.[0], into);
  }

  #openRange(node: OpenRangeCstNode | undefined, into: Piece[]): void {
    const mark = node?.children.DotDot?.[0] ?? node?.children.OpenEnd?.[0];
    if (node === undefined || mark === undefined) return;
    into.push({ kind: "range", span: this.places.token(mark) });
    this.#operand(node.children.operand?.[0], into);
  }

  #operand(node: OperandCstNode | undefined, into: Piece[]): void {
    if (node === undefined) return;
    for (const prefix of node.children.prefix ?? []) {
      const not = prefix.children.Not?.[0];
      const minus = prefix.children.Minus?.[0];
      if (not !== undefined) into.push({ kind: "prefix", operator: "not", span: this.places.token(not) });
      else if (minus !== undefined) into.push({ kind: "prefix", operator: "-", span: this.places.token(minus) });
    }
    into.push({ kind: "operand", expr: this.postfix(node.children.postfix?.[0], this.places.node(node)) });
  }

  postfix(node: PostfixCstNode | undefined, place: Span): Expr {
    let expr = this.#primary(node?.children.primary?.[0], place);
    for (const trailer of node?.children.trailer ?? []) {
      const span = join(expr.span, this.places.node(trailer));
      const { args, index, anyName } = trailer.children;
      if (args?.[0] !== undefined) expr = { kind: "call", span, callee: expr, args: this.#args(args[0]) };
      else if (index?.[0] !== undefined) expr = { kind: "index", span, target: expr, indices: this.#index(index[0]) };
      else if (anyName !== undefined) expr = { kind: "member", span, target: expr, name: this.places.anyName(anyName) };
    }
    return expr;
  }

  #primary(node: PrimaryCstNode | undefined, place: Span): Expr {
    if (node === undefined) return { kind: "missing", span: place };
    const span = this.places.node(node);
    const { children } = node;
    const quantity = children.quantity?.[0];
    if (quantity !== undefined) {
      const image = quantity.children.Number?.[0]?.image ?? "0";
      const unit = quantity.children.Unit?.[0];
      return {
        kind: "number",
        span,
        value: Number(image),
        integer: /^\d+$/.test(image),
        unit: unit === undefined ? undefined : this.places.name(unit),
      };
    }
    if (children.String?.[0] !== undefined) return { kind: "string", span, value: stringValue(children.String[0]) };
    if (children.True !== undefined) return { kind: "boolean", span, value: true };
    if (children.False !== undefined) return { kind: "boolean", span, value: false };
    if (children.None !== undefined) return { kind: "none", span };
    if (children.Name?.[0] !== undefined) return { kind: "name", span, name: children.Name[0].image };
    const group = children.group?.[0];
    if (group !== undefined) {
      const items = (group.children.expr ?? []).map((item) => this.expr(item, span));
      const only = items[0];
      return items.length === 1 && only !== undefined ? only : { kind: "tuple", span, items };
    }
    if (children.list?.[0] !== undefined) return this.#list(children.list[0], span);
    if (children.map?.[0] !== undefined) return this.map(children.map[0], span);
    if (children.match?.[0] !== undefined) return this.#match(children.match[0], span);
    return { kind: "missing", span };
  }

  #args(node: ArgsCstNode): readonly Argument[] {
    return (node.children.argument ?? []).map((argument) => ({
      span: this.places.node(argument),
      name: this.#key(argument),
      ...this.#suffixed(argument),
    }));
  }

  #key({ children }: ArgumentCstNode): Name | undefined {
    return children.Key?.[0] === undefined ? undefined : this.places.name(children.Key[0]);
  }

  #suffixed(node: ArgumentCstNode): { readonly value: Expr; readonly suffixes: readonly Suffix[] } {
    return {
      value: this.expr(node.children.expr?.[0], this.places.node(node)),
      suffixes: this.suffixes(node.children.suffixes?.[0]),
    };
  }

  #index(node: IndexCstNode): readonly IndexNode[] {
    return (node.children.place ?? []).map((place) => {
      const span = this.places.node(place);
      const { Key, Colon, flat } = place.children;
      const key = Key?.[0];
      if (key !== undefined) return { span, axis: this.places.name(key), value: this.flat(flat?.[0], span) };
      const first = flat?.[0];
      if (Colon === undefined || first === undefined) return { span, axis: undefined, value: this.flat(first, span) };
      const at = this.places.node(first);
      return { span, axis: { text: textIn(at).replace(/\s+/g, ""), span: at }, value: this.flat(flat?.[1], span) };
    });
  }

  #list(node: ListCstNode, span: Span): Expr {
    const items = (node.children.argument ?? []).map((argument): Item => {
      const at = this.places.node(argument);
      const name = this.#key(argument);
      const { value, suffixes } = this.#suffixed(argument);
      if (name !== undefined) return { kind: "axis", span: at, name, size: value };
      if (value.kind === "range" && value.start === undefined && value.end === undefined)
        return { kind: "carried", span: at };
      return { kind: "item", span: at, value, suffixes };
    });
    return { kind: "list", span, items };
  }

  #match(node: MatchCstNode, span: Span): Expr {
    const arms = (node.children.arm ?? []).map((arm) => {
      const at = this.places.node(arm);
      return { span: at, label: this.#label(arm), value: this.expr(arm.children.expr?.[0], at) };
    });
    return { kind: "match", span, subject: this.postfix(node.children.postfix?.[0], span), arms };
  }

  /** What an arm is for: a name, or a number or string as the language writes it. */
  #label({ children }: ArmCstNode): Name {
    const string = children.String?.[0];
    if (string !== undefined) return { text: JSON.stringify(stringValue(string)), span: this.places.name(string).span };
    const number = children.Number?.[0];
    if (number === undefined) return this.places.name(children.Key?.[0]);
    return { text: String(Number(number.image)), span: this.places.name(number).span };
  }

  suffixes(node: SuffixesCstNode | undefined): readonly Suffix[] {
    return (node?.children.suffix ?? []).map((suffix): Suffix => {
      const span = this.places.node(suffix);
      const flat = this.flat(suffix.children.flat?.[0], span);
      if (suffix.children.For === undefined) return { kind: "if", span, condition: flat };
      return { kind: "for", span, name: this.places.anyName(suffix.children.anyName), list: flat };
    });
  }

  map(node: MapCstNode | undefined, place: Span): MapNode {
    return {
      kind: "map",
      span: node === undefined ? place : this.places.node(node),
      entries: (node?.children.entry ?? []).map((entry) => this.#entry(entry)),
    };
  }

  #entry(node: EntryCstNode): Entry {
    const span = this.places.node(node);
    return {
      span,
      path: this.path(node.children.path?.[0], span),
      value: this.expr(node.children.expr?.[0], span),
      suffixes: this.suffixes(node.children.suffixes?.[0]),
    };
  }

  path(node: PathCstNode | undefined, place: Span): Path {
    const segments = (node?.children.segment ?? []).map((segment) => {
      const { Key, Name: name, StarStar, flat } = segment.children;
      const span = this.places.node(segment);
      return {
        span,
        name: this.places.name(Key?.[0] ?? name?.[0] ?? StarStar?.[0]),
        indices: (flat ?? []).map((index) => this.flat(index, span)),
      };
    });
    return { span: node === undefined ? place : this.places.node(node), segments };
  }
}

const operators: ReadonlyMap<string, BinaryOperator> = new Map(
  (["or", "and", "in", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "^"] as const).map((each) => [each, each]),
);

/** The text between the quotes; a backslash keeps the character after it. */
function stringValue({ image }: IToken): string {
  return image.slice(1, -1).replace(/\\(.)/g, "$1");
}
