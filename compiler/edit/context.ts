import { declarationTokens } from "../../grammar/index.ts";
import { lineOf } from "../diagnostics/source.ts";
import { beginsDeclaration, type Edited, type Token } from "./edited.ts";

/** A bracket that is open at a place, and what stands in it so far. Indices are of tokens. */
export interface Frame {
  readonly bracket: "(" | "[" | "{";
  readonly at: number;
  /** How many commas of its own stand before the place. */
  readonly commas: number;
  /** The token behind which the item at hand begins: the bracket or its last comma. */
  readonly separator: number;
  /** The key or name of the item at hand, a token before `:`. */
  readonly key: number | undefined;
}

/** What is being typed. */
export type Position =
  /** The first word of a line, outside of all brackets. */
  | "declaration"
  | "key"
  | "statement"
  | "argument"
  | "value"
  | "member"
  | "unit"
  | "type"
  | "after"
  | "comment"
  | "string";

/** What surrounds a place, from the tokens alone: it is told of however broken the text is. */
export interface Context {
  readonly offset: number;
  /** The word that is being typed: from its start to the place, and to its end. */
  readonly word: { readonly start: number; readonly end: number; readonly text: string };
  readonly position: Position;
  /** Outermost first. */
  readonly frames: readonly Frame[];
  /** The last token before the word. */
  readonly before: number;
  /** The first token of the declaration that the place is in. */
  readonly declaration: number | undefined;
}

const opening = new Set(["(", "[", "{"]);
const closing = new Set([")", "]", "}"]);
const continuing = new Set([
  ..."-> + - * / ^ == != < <= > >= = : , . ( [ { | ? ..".split(" "),
  ..."and or not in if then else with on for match return head as train apply".split(" "),
]);
const wordLike = /^\w+$/;

export function contextAt({ source, tokens, comments }: Edited, offset: number): Context {
  const remark = comments.find(({ start, end }) => start < offset && offset <= end);
  const string = tokens.find(
    ({ name, start, end, text }) =>
      (name === "String" || name === "UnclosedString") &&
      start < offset &&
      (offset < end || (offset === end && (name === "UnclosedString" || text.length < 2))),
  );
  const typed = tokens.find(
    ({ start, end, text }) => start < offset && offset <= end && wordLike.test(text) && !/^\d/.test(text),
  );
  const word = remark === undefined && string === undefined ? typed : undefined;
  const start = word?.start ?? offset;
  const count = tokens.findIndex((token) => token.start >= start);
  const before = (count < 0 ? tokens.length : count) - 1;
  const { frames, declaration } = framesAt(tokens, before);
  const at = {
    offset,
    word: { start, end: word?.end ?? offset, text: source.text.slice(start, offset) },
    frames,
    before,
    declaration,
  };
  const position =
    remark !== undefined
      ? "comment"
      : string !== undefined
        ? "string"
        : positionOf(tokens, at, lineOf(source, start), source.text);
  return { ...at, position };
}

interface OpenFrame {
  readonly bracket: Frame["bracket"];
  readonly at: number;
  commas: number;
  separator: number;
  key: number | undefined;
}

function framesAt(tokens: readonly Token[], last: number) {
  let frames: OpenFrame[] = [];
  let declaration: number | undefined;
  for (let i = 0; i <= last; i += 1) {
    const token = tokens[i];
    if (token === undefined) break;
    if (beginsDeclaration(token) || (declarationTokens.has(token.name) && frames.length === 0)) {
      frames = [];
      declaration = i;
    }
    const top = frames.at(-1);
    if (token.text === "(" || token.text === "[" || token.text === "{")
      frames.push({ bracket: token.text, at: i, commas: 0, separator: i, key: undefined });
    else if (closing.has(token.text)) frames.pop();
    else if (token.text === "," && top !== undefined) {
      top.commas += 1;
      top.separator = i;
      top.key = undefined;
    } else if (token.name === "Key" && top !== undefined) top.key = i;
  }
  return { frames, declaration };
}

function positionOf(tokens: readonly Token[], at: Omit<Context, "position">, line: number, text: string): Position {
  const last = tokens[at.before];
  const top = at.frames.at(-1);
  if (last?.text === "." && last.end === at.word.start) return "member";
  const onNewLine = last === undefined || last.line < line;
  const continues = last !== undefined && continuing.has(last.text);
  if (top === undefined) {
    const lineStart = text.lastIndexOf("\n", at.word.start - 1) + 1;
    if (onNewLine && (!continues || lineStart === at.word.start)) return "declaration";
    if (last?.name === "Number") return "unit";
    return continues ? "value" : "after";
  }
  if (last?.name === "Number" && !onNewLine) return "unit";
  const declared = tokens[at.declaration ?? -1]?.name;
  if (top.bracket === "{") {
    const isBody =
      at.frames.length === 1 &&
      (declared === "Module" || declared === "Loss" || declared === "Model") &&
      tokens[top.at - 1]?.text !== ":";
    if (isBody) {
      if (last?.text === "{" || (onNewLine && !continues)) return "statement";
      return continues ? "value" : "after";
    }
    if (last?.text === "{" || last?.text === ",") return "key";
    if (onNewLine && !continues) return "key";
    return continues ? "value" : "after";
  }
  if (top.bracket === "(" && isParameters(tokens, at, top)) {
    return last?.text === ":" || last?.text === "|" || last?.text === "["
      ? "type"
      : last?.text === "="
        ? "value"
        : "after";
  }
  if (last !== undefined && (opening.has(last.text) || last.text === ","))
    return top.bracket === "(" ? "argument" : "value";
  return continues ? "value" : "after";
}

/** Whether a round bracket is that of a declaration's parameters. */
export function isParameters(tokens: readonly Token[], at: Omit<Context, "position">, frame: Frame): boolean {
  if (at.declaration === undefined || at.frames[0] !== frame) return false;
  return frame.at === at.declaration + 2 && declarationTokens.has(tokens[at.declaration]?.name ?? "");
}

/** The first token of the chain of names, calls and indices that ends with a token: `alone(au).x`. */
export function chainStart(tokens: readonly Token[], last: number): number {
  let i = last;
  for (;;) {
    const token = tokens[i];
    if (token === undefined) return i + 1;
    if (token.text === ")" || token.text === "]") {
      i = opener(tokens, i);
      const previous = tokens[i - 1];
      // `a -> (b)`: a bracket of its own.
      if (
        previous === undefined ||
        !(wordLike.test(previous.text) || previous.text === ")" || previous.text === "]") ||
        continuing.has(previous.text)
      )
        return i;
      i -= 1;
      continue;
    }
    if (!wordLike.test(token.text) || continuing.has(token.text)) return i + 1;
    if (tokens[i - 1]?.text !== ".") return i;
    i -= 2;
  }
}

/** The bracket that a closing one belongs to. */
function opener(tokens: readonly Token[], close: number): number {
  let depth = 0;
  for (let i = close; i >= 0; i -= 1) {
    const text = tokens[i]?.text ?? "";
    if (closing.has(text)) depth += 1;
    if (opening.has(text)) depth -= 1;
    if (depth === 0) return i;
  }
  return 0;
}
