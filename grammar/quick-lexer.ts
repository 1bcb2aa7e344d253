import type { IToken, TokenType } from "chevrotain";
import { Comment, lexerTokens, Space } from "./tokens.ts";

export interface Words {
  readonly tokens: IToken[];
  readonly comments: IToken[];
}

/**
 * The words and marks of a text in which every character has a meaning; undefined where one has none, which chevrotain's lexer then
 * tells apart. One expression made of all tokens' patterns: chevrotain's tables, made anew in each process, take longer than a text.
 */
export function quickly(text: string): Words | undefined {
  const tokens: IToken[] = [];
  const comments: IToken[] = [];
  let line = 1;
  let lineStart = 0;
  let at = 0;
  while (at < text.length) {
    anyToken.lastIndex = at;
    const found = anyToken.exec(text);
    const type = found === null ? undefined : typeOf(found);
    if (found === null || type === undefined) return undefined;
    const [image] = found;
    const end = at + image.length;
    if (type === Space) {
      for (const { index, 0: mark } of image.matchAll(lineEnd)) {
        line += 1;
        lineStart = at + index + mark.length;
      }
    } else
      (type === Comment ? comments : tokens).push({
        image,
        startOffset: at,
        endOffset: end - 1,
        startLine: line,
        endLine: line,
        startColumn: at - lineStart + 1,
        endColumn: end - lineStart,
        tokenTypeIdx: type.tokenTypeIdx ?? 0,
        tokenType: type,
      });
    at = end;
  }
  return { tokens, comments };
}

const lineEnd = /\r\n|\r|\n/g;
const written = lexerTokens.filter(({ PATTERN }) => PATTERN instanceof RegExp);
const marks = new Map(lexerTokens.flatMap((type) => (typeof type.PATTERN === "string" ? [[type.PATTERN, type]] : [])));

/** A group for each token that is a pattern, then the marks, in the order in which they are tried. */
const anyToken = new RegExp(
  [
    ...written.map(({ PATTERN }) => (PATTERN instanceof RegExp ? `(${PATTERN.source})` : "")),
    ...[...marks.keys()].map(plain),
  ].join("|"),
  "y",
);

function typeOf(found: RegExpExecArray): TokenType | undefined {
  for (let group = 1; group <= written.length; group += 1) if (found[group] !== undefined) return written[group - 1];
  return marks.get(found[0]);
}

function plain(mark: string): string {
  return mark.replace(/[^\w]/g, "\\$&");
}
