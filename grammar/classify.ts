import type { IToken, TokenType } from "chevrotain";
import * as t from "./tokens.ts";

const words: ReadonlyMap<string, TokenType> = new Map(
  Object.values(t.reserved).map((type) => [type.name.toLowerCase(), type]),
);
const declarations: ReadonlyMap<string, TokenType> = new Map(Object.entries(t.declarationWords));
const opening: ReadonlySet<TokenType> = new Set([t.LeftParen, t.LeftBracket, t.LeftBrace]);
const closing: ReadonlySet<TokenType> = new Set([t.RightParen, t.RightBracket, t.RightBrace]);

/**
 * The pass between lexer and parser (language rule 84): says of every name what it is by its neighbours alone, so that one token of
 * lookahead is enough.
 * A key stands before `:`, `..` with an open end before what closes or a comma, a binding before `=`, a unit right after a number; a declaration word is one as the first word of a line
 * outside all brackets with a name or a string behind.
 */
export function classify(tokens: readonly IToken[]): IToken[] {
  const result: IToken[] = [];
  let depth = 0;
  let declaration = "";
  tokens.forEach((token, i) => {
    const before = tokens[i - 1];
    const after = tokens[i + 1];
    const firstOnLine = before === undefined || before.startLine !== token.startLine;
    // A declaration word in the first column ends whatever bracket was left open before it.
    if (token.startColumn === 1 && declares(token, after)) depth = 0;
    if (opening.has(token.tokenType)) depth += 1;
    else if (closing.has(token.tokenType)) depth = Math.max(0, depth - 1);
    if (
      token.tokenType === t.DotDot &&
      (after === undefined || after.tokenType === t.Comma || closing.has(after.tokenType))
    ) {
      result.push(retyped(token, t.OpenEnd));
      return;
    }
    if (token.tokenType !== t.Name) {
      result.push(token);
      return;
    }
    const type = typeOf(token, before, after, depth, firstOnLine, declaration);
    if (declarations.get(token.image) === type) declaration = token.image;
    result.push(type === t.Name ? token : retyped(token, type));
  });
  return result;
}

/**
 * Whether a word can begin a declaration: a name, or the path of `use`, stands behind it on its line. In the first column also alone,
 * as it is while the rest is being typed.
 */
function declares(token: IToken, after: IToken | undefined): boolean {
  if (!declarations.has(token.image)) return false;
  if (after === undefined || after.startLine !== token.startLine) return token.startColumn === 1;
  return after.tokenType === t.StringToken || (after.tokenType === t.Name && !words.has(after.image));
}

function retyped(token: IToken, type: TokenType): IToken {
  return { ...token, tokenType: type, tokenTypeIdx: type.tokenTypeIdx ?? token.tokenTypeIdx };
}

function typeOf(
  token: IToken,
  before: IToken | undefined,
  after: IToken | undefined,
  depth: number,
  firstOnLine: boolean,
  declaration: string,
): TokenType {
  const { image } = token;
  const next = after?.tokenType;
  if (next === t.Colon && before?.tokenType !== t.Dot) return t.Key;
  const declared = declarations.get(image);
  if (declared !== undefined && depth === 0 && firstOnLine && declares(token, after)) return declared;
  if (before?.tokenType === t.Dot && !firstOnLine) return t.Name;
  const word = words.get(image);
  if (word !== undefined) return word;
  if (next === t.Assign) {
    // What is named after a declaration word on the line above is that declaration's.
    const begins = depth === 0 && firstOnLine && (token.startColumn === 1 || !declarations.has(before?.image ?? ""));
    return begins ? t.TopBinding : t.Binding;
  }
  // Also one that is misspelt: nothing else may follow a number here.
  if (before?.tokenType === t.NumberToken && !firstOnLine && next !== t.Dot && next !== t.LeftBracket) return t.Unit;
  if (declaration === "stage" && depth === 0 && before?.tokenType === t.Assign) {
    if (image === "train") return t.placeWords.train;
    if (image === "apply") return t.placeWords.apply;
  }
  if (image === "many" && before?.tokenType === t.Colon && next === t.LeftBracket) return t.placeWords.many;
  return t.Name;
}
