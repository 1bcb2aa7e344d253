/** Text to tokens and concrete syntax tree. */
import { createTokenInstance, type IRecognitionException, type IToken, Lexer } from "chevrotain";
import { classify } from "./classify.ts";
import type { FileCstNode } from "./cst.generated.ts";
import { AbawParser, declarationMessage, TooManyErrors } from "./parser.ts";
import { quickly } from "./quick-lexer.ts";
import { QuickParser } from "./quick-parser.ts";
import { isFile } from "./rules.ts";
import * as t from "./tokens.ts";

export interface Tokenised {
  /** Every token after classification, comments apart. */
  readonly tokens: readonly IToken[];
  readonly comments: readonly IToken[];
  /** Places of characters without a meaning, by offset and length. */
  readonly unknown: readonly { readonly offset: number; readonly length: number }[];
}

/** Names of the tokens that begin a declaration. */
export const declarationTokens: ReadonlySet<string> = new Set(
  Object.values(t.declarationWords).map(({ name }) => name),
);

/** A mistake of the text, and the token before what was found. */
export type ParseError = IRecognitionException & { readonly previousToken?: IToken };

/** Whether a mistake is that something stands where only a declaration could. */
export function wantsDeclaration({ message }: ParseError): boolean {
  return message === declarationMessage;
}

/** Whether a mistake is that something stands where a block could only end. */
export function wantsEnd({ message }: ParseError): boolean {
  return message === t.RightBrace.LABEL;
}

let lexer: Lexer | undefined;
let quickParser: QuickParser | undefined;
let parser: AbawParser | undefined;

const closers = { ")": t.RightParen, "]": t.RightBracket, "}": t.RightBrace } as const;

/** A binding that turns out to stand outside every bracket. */
export function asTopBinding(token: IToken): IToken {
  return { ...token, tokenType: t.TopBinding, tokenTypeIdx: t.TopBinding.tokenTypeIdx ?? token.tokenTypeIdx };
}

/** A closing bracket that the text lacks, without a width, behind a token. */
export function closerAfter(token: IToken, image: keyof typeof closers): IToken {
  const offset = token.endOffset ?? token.startOffset;
  const line = token.endLine ?? token.startLine ?? 1;
  const column = token.endColumn ?? token.startColumn ?? 1;
  return createTokenInstance(closers[image], image, offset, offset, line, line, column, column);
}

/** Tokens of a text; characters without a meaning are left out and listed. A byte order mark stands on a line before the first. */
export function tokenise(text: string): Tokenised {
  const marked = text.replace(/^\ufeff/, "\n");
  const quick = quickly(marked);
  if (quick !== undefined) return { tokens: classify(quick.tokens), comments: quick.comments, unknown: [] };
  lexer ??= new Lexer(t.lexerTokens, { positionTracking: "full", ensureOptimizations: true, skipValidations: true });
  const { tokens, groups, errors } = lexer.tokenize(marked);
  return { tokens: classify(tokens), comments: groups["comments"] ?? [], unknown: errors };
}

/** The tree of tokens, as far as it could be read; none of a text that is nothing but mistakes. The caller has looked at how deep they nest: the parser recurs. */
export function parse(tokens: readonly IToken[]): {
  readonly cst: FileCstNode | undefined;
  readonly errors: readonly ParseError[];
} {
  quickParser ??= new QuickParser();
  const whole = quickParser.read(tokens);
  if (whole !== undefined) return { cst: whole, errors: [] };
  parser ??= new AbawParser();
  parser.input = [...tokens];
  try {
    const cst = parser.file();
    return { cst: isFile(cst) ? cst : undefined, errors: parser.errors };
  } catch (problem) {
    if (!(problem instanceof TooManyErrors)) throw problem;
    return { cst: undefined, errors: parser.errors };
  }
}

export type * from "./cst.generated.ts";
