import type { IToken } from "chevrotain";
import {
  declarationTokens,
  type ParseError,
  parse,
  type Tokenised,
  tokenise,
  wantsDeclaration,
  wantsEnd,
} from "../../grammar/index.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { lineOf, pointBy, type Source, type Span, textIn } from "../diagnostics/source.ts";
import { colonsFor } from "./assigned-arguments.ts";
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
  const { length } = source.text;
  if (length > limits.characters) return tooLarge(source, length, "characters", limits.characters);
  const parsed = parsePart(source, 0, length);
  if (parsed.diagnostics.length <= limits.mistakes) return parsed;
  const start: Span = { source, start: 0, end: 0 };
  const rest = diagnostic("too-many-mistakes", start, { limit: limits.mistakes });
  return { file: parsed.file, diagnostics: [...parsed.diagnostics.slice(0, limits.mistakes), rest] };
}

function tooLarge(source: Source, size: number, parts: string, limit: number): Parsed {
  const start: Span = { source, start: 0, end: 0 };
  return {
    file: { source, declarations: [], comments: [] },
    diagnostics: [diagnostic("file-too-large", start, { size, parts, limit })],
  };
}

/** A part of a file as if it were all of it, its places those of the file. Nothing is read of what is nested too deep. */
export function parsePart(source: Source, from: number, to: number): Parsed {
  const places = new Places(source, from);
  const { tokens, comments, unknown } = tokenise(source.text.slice(from, to));
  if (tokens.length > limits.tokens) return tooLarge(source, tokens.length, "words and marks", limits.tokens);
  const diagnostics = unknownCharacters(source, unknown, places);
  for (const token of tokens) {
    if (token.tokenType.name === "UnclosedString" && diagnostics.length <= limits.mistakes)
      diagnostics.push(diagnostic("unclosed-string", places.token(token), {}));
  }
  const brackets = repairBrackets(tokens, declarationTokens, places);
  const torn = new Set(
    diagnostics.flatMap(({ code, span }) => (code === "unclosed-string" ? [lineOf(source, span.start)] : [])),
  );
  // What closes the bracket can be in the string that has no end.
  for (const each of brackets.diagnostics)
    if (each.code !== "unclosed-bracket" || !torn.has(lineOf(source, each.span.start))) diagnostics.push(each);
  if (brackets.tooDeep) return { file: { source, declarations: [], comments: [] }, diagnostics };
  const { cst, errors } = parse(brackets.tokens);
  const known = new Set(diagnostics.map(({ span }) => lineOf(source, span.start)));
  for (const error of errors) {
    const mistake = textMistake(error, brackets.tokens, places);
    // What follows on the line of a mistake is mostly its echo.
    const line = lineOf(source, mistake.span.start);
    const start = mistake.span.start - from;
    if (known.has(line) || brackets.echoes.some((echo) => start >= echo.from && start <= echo.to)) continue;
    if (isRest(error) && isTorn(diagnostics, from + lastStart(error, brackets.tokens), mistake.span.start)) continue;
    known.add(line);
    diagnostics.push(mistake);
  }
  const file: FileNode = {
    source,
    declarations: cst === undefined ? [] : readFile(cst, places),
    comments: comments.map((comment) => ({ text: comment.image, span: places.token(comment) })),
  };
  return { file, diagnostics };
}

/** Behind a number a name reads as its unit; where a map's entry then goes on with a value, it is a key without its colon. */
function keyWithoutColon({ token, context }: ParseError, tokens: readonly IToken[]): IToken | undefined {
  const name = tokens[tokens.indexOf(token) - 1];
  const isKey = name?.tokenType.name === "Unit" && valueStarts.has(token.tokenType.name);
  return isKey && context.ruleStack.at(-1) === "map" ? name : undefined;
}

const valueStarts: ReadonlySet<string> = new Set(["Number", "String", "Name", "Key"]);

function textMistake(error: ParseError, tokens: readonly IToken[], places: Places): Diagnostic {
  const last = tokens.at(-1);
  const atEnd = error.token.tokenType.name === "EOF" || Number.isNaN(error.token.startOffset);
  const before = atEnd ? last : lineBefore(error);
  const after = before === undefined ? undefined : places.token(before);
  const early = isRest(error) ? earlyEnd(error, tokens) : undefined;
  if (early !== undefined) {
    const holes = { expected: "the block to go on", found: `\`${early.image}\`` };
    return diagnostic("unexpected-text", places.token(early), holes);
  }
  const span =
    after === undefined ? (atEnd ? places.node(undefined) : places.token(error.token)) : pointBy(after, after.end);
  const found = atEnd
    ? "the end of the file"
    : after === undefined
      ? `\`${error.token.image}\``
      : "the end of the line";
  const wanted = error.message;
  if (error.token.tokenType.name === "Binding" && error.context.ruleStack.includes("args")) {
    const help = `arguments are set with a colon: ${error.token.image}: ..`;
    const fix = colonsFor(error.token, tokens, places);
    return diagnostic("unexpected-text", span, { expected: wanted, found }, { help, fix });
  }
  const key = keyWithoutColon(error, tokens);
  if (key !== undefined) {
    const { end } = places.token(key);
    const fix = { span: { ...places.token(key), start: end }, replacement: ":" };
    const help = `a key is set with a colon: ${key.image}: ..`;
    return diagnostic("unexpected-text", span, { expected: "`:`", found }, { help, fix });
  }
  return diagnostic("unexpected-text", span, { expected: wanted, found });
}

/** One message for a character that has no meaning, however often it stands on a line. */
function unknownCharacters(source: Source, unknown: Tokenised["unknown"], places: Places): Diagnostic[] {
  const found: Diagnostic[] = [];
  const known = new Set<string>();
  for (const { offset, length } of unknown) {
    if (found.length > limits.mistakes) break;
    const span = places.range(offset, offset + length);
    const character = textIn(span);
    const isQuote = curlyQuotes.includes(character);
    const key = `${lineOf(source, span.start)} ${isQuote ? curlyQuotes : character}`;
    if (known.has(key)) continue;
    known.add(key);
    const help = isQuote ? 'texts stand in straight quotes: ".."' : undefined;
    found.push(diagnostic("unknown-character", span, { character }, { help }));
  }
  return found;
}

/** What a word processor makes of quotes; those of one text are one mistake. */
const curlyQuotes = "“”„‟‘’«»";

/** The last token of the line above, where something is missing there: what was found begins another line and is right by itself. */
function lineBefore(error: ParseError): IToken | undefined {
  const { token, previousToken } = error;
  if (previousToken === undefined || wantsDeclaration(error) || wantsEnd(error)) return undefined;
  return (previousToken.endLine ?? 0) < (token.startLine ?? 0) ? previousToken : undefined;
}

/** Whether a declaration was expected where the rest of a broken one stands. */
function isRest(error: ParseError): boolean {
  return wantsDeclaration(error) && error.token.startColumn !== 1;
}

/** The closing brace in the middle of a line that ended a block too early. */
function earlyEnd({ token }: ParseError, tokens: readonly IToken[]): IToken | undefined {
  const at = tokens.indexOf(token);
  const [before, end] = [tokens[at - 2], tokens[at - 1]];
  return end?.image === "}" && before?.endLine === end.startLine ? end : undefined;
}

/** Whether something is wrong in a range already. */
function isTorn(diagnostics: readonly Diagnostic[], from: number, to: number): boolean {
  return diagnostics.some(({ span }) => span.start >= from && span.start < to);
}

/** Where the last declaration before a mistake begins. */
function lastStart({ token }: ParseError, tokens: readonly IToken[]): number {
  const start = tokens.findLast(
    ({ startColumn, startOffset, tokenType: { name } }) =>
      startColumn === 1 && startOffset < token.startOffset && (declarationTokens.has(name) || name === "TopBinding"),
  );
  return start?.startOffset ?? 0;
}
