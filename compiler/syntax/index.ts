import type { IRecognitionException, IToken } from "chevrotain";
import { declarationTokens, parse, tokenise } from "../../grammar/index.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { lineOf, type Source, type Span } from "../diagnostics/source.ts";
import type { FileNode } from "./ast.ts";
import { repairBrackets } from "./brackets.ts";
import { readFile } from "./read-file.ts";
import { Places } from "./reader.ts";

/** A file's text may have so many characters, and so many words and marks; of its mistakes so many are told (language rule 92). */
export const limits = { characters: 1_000_000, tokens: 200_000, mistakes: 200 } as const;

export interface Parsed {
  readonly file: FileNode;
  readonly diagnostics: readonly Diagnostic[];
}

/** Text to syntax tree. With mistakes, the tree has what could be read. */
export function parseFile(source: Source): Parsed {
  const empty: FileNode = { source, declarations: [], comments: [] };
  const start: Span = { source, start: 0, end: 0 };
  const tooLarge = (size: number, parts: string, limit: number): Parsed => ({
    file: empty,
    diagnostics: [diagnostic("file-too-large", start, { size, parts, limit })],
  });
  const { length } = source.text;
  if (length > limits.characters) return tooLarge(length, "characters", limits.characters);
  const places = new Places(source);
  const { tokens, comments, unknown } = tokenise(source.text);
  if (tokens.length > limits.tokens) return tooLarge(tokens.length, "words and marks", limits.tokens);
  const diagnostics = unknown
    .slice(0, limits.mistakes + 1)
    .map(({ offset, length }) =>
      diagnostic(
        "unknown-character",
        { source, start: offset, end: offset + length },
        { character: source.text.slice(offset, offset + length) },
      ),
    );
  for (const token of tokens) {
    if (token.tokenType.name === "UnclosedString" && diagnostics.length <= limits.mistakes)
      diagnostics.push(diagnostic("unclosed-string", places.token(token), {}));
  }
  const brackets = repairBrackets(tokens, declarationTokens, places);
  diagnostics.push(...brackets.diagnostics);
  if (brackets.tooDeep) return { file: empty, diagnostics };
  const { cst, errors } = parse(brackets.tokens);
  const known = new Set(diagnostics.map(({ span }) => lineOf(source, span.start)));
  for (const error of errors) {
    const mistake = textMistake(error, brackets.tokens, places);
    // What follows on the line of a mistake is mostly its echo.
    const { start } = mistake.span;
    const line = lineOf(source, start);
    if (known.has(line) || brackets.echoes.some(({ from, to }) => start >= from && start <= to)) continue;
    known.add(line);
    diagnostics.push(mistake);
  }
  const file: FileNode = {
    source,
    declarations: cst === undefined ? [] : readFile(cst, places),
    comments: comments.map((comment) => ({ text: comment.image, span: places.token(comment) })),
  };
  if (diagnostics.length <= limits.mistakes) return { file, diagnostics };
  const rest = diagnostic("too-many-mistakes", start, { limit: limits.mistakes });
  return { file, diagnostics: [...diagnostics.slice(0, limits.mistakes), rest] };
}

function textMistake(error: IRecognitionException, tokens: readonly IToken[], places: Places): Diagnostic {
  const last = tokens.at(-1);
  const atEnd = error.token.tokenType.name === "EOF" || Number.isNaN(error.token.startOffset);
  const after = last === undefined ? places.node(undefined) : places.token(last);
  const span = atEnd ? { ...after, start: after.end } : places.token(error.token);
  const found = atEnd ? "the end of the file" : `\`${error.token.image}\``;
  const wanted = error.message;
  if (error.token.tokenType.name === "Binding" && error.context.ruleStack.includes("args")) {
    const sign = tokens[tokens.indexOf(error.token) + 1];
    const help = `arguments are set with a colon: ${error.token.image}: ..`;
    const fix = sign === undefined ? undefined : { span: places.token(sign), replacement: ":" };
    return diagnostic("unexpected-text", span, { expected: wanted, found }, { help, fix });
  }
  return diagnostic("unexpected-text", span, { expected: wanted, found });
}
