import type { IRecognitionException, IToken } from "chevrotain";
import { parse, tokenise } from "../../grammar/index.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import type { Source, Span } from "../diagnostics/source.ts";
import type { FileNode } from "./ast.ts";
import { readFile } from "./read-file.ts";
import { Places } from "./reader.ts";

/** A file's text may have so many characters, its brackets nest so deep, an expression have so many operators; of its mistakes so many are told. */
export const limits = { characters: 1_000_000, nesting: 32, chain: 500, mistakes: 200 } as const;

/** Text to syntax tree. With mistakes, the tree has what could be read. */
export function parseFile(source: Source): { readonly file: FileNode; readonly diagnostics: readonly Diagnostic[] } {
  const empty: FileNode = { source, declarations: [], comments: [] };
  const start: Span = { source, start: 0, end: 0 };
  if (source.text.length > limits.characters) {
    const holes = { size: source.text.length, limit: limits.characters };
    return { file: empty, diagnostics: [diagnostic("file-too-large", start, holes)] };
  }
  const places = new Places(source);
  const { tokens, comments, unknown } = tokenise(source.text);
  const diagnostics = unknown.map(({ offset, length }) =>
    diagnostic(
      "unknown-character",
      { source, start: offset, end: offset + length },
      { character: source.text.slice(offset, offset + length) },
    ),
  );
  for (const token of tokens) {
    if (token.tokenType.name === "UnclosedString")
      diagnostics.push(diagnostic("unclosed-string", places.token(token), {}));
  }
  const brackets = bracketMistakes(tokens, places);
  diagnostics.push(...brackets.diagnostics);
  if (brackets.tooDeep) return { file: empty, diagnostics };
  const { cst, errors } = parse(tokens);
  const known = new Set(diagnostics.map(({ span }) => lineOf(span)));
  for (const error of errors) {
    const mistake = textMistake(error, tokens, places);
    // What follows on the line of a mistake is mostly its echo.
    if (known.has(lineOf(mistake.span)) || (brackets.diagnostics.length > 0 && error.token.image === "")) continue;
    known.add(lineOf(mistake.span));
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

function lineOf({ source, start }: Span): number {
  return source.text.slice(0, start).split("\n").length;
}

function textMistake(error: IRecognitionException, tokens: readonly IToken[], places: Places): Diagnostic {
  const last = tokens.at(-1);
  const atEnd = error.token.tokenType.name === "EOF" || Number.isNaN(error.token.startOffset);
  const after = last === undefined ? places.node(undefined) : places.token(last);
  const span = atEnd ? { ...after, start: after.end } : places.token(error.token);
  const found = atEnd ? "the end of the file" : `\`${error.token.image}\``;
  const wanted = error.message;
  const help =
    error.token.tokenType.name === "Binding" && error.context.ruleStack.includes("args")
      ? `arguments are set with a colon: ${error.token.image}: ..`
      : undefined;
  return diagnostic("unexpected-text", span, { expected: wanted, found }, { help });
}

const pairs: ReadonlyMap<string, string> = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
]);

/** What ends one expression and begins another. */
const separators: ReadonlySet<string> = new Set(["Comma", "Key", "Binding"]);

/** What makes an expression one level deeper. */
const operators: ReadonlySet<string> = new Set(
  ["->", "+", "-", "*", "/", "^", ".", "==", "!=", "<", "<=", ">", ">=", "|", "?"].concat([
    "and",
    "or",
    "not",
    "in",
    "if",
    "else",
    "with",
    "for",
    "match",
  ]),
);

/** Brackets that are never closed, and nesting or chains too deep to be read. */
function bracketMistakes(
  tokens: readonly IToken[],
  places: Places,
): { readonly diagnostics: readonly Diagnostic[]; readonly tooDeep: boolean } {
  const open: IToken[] = [];
  // Operators so far in the expression at each level of brackets.
  const chains = [0];
  const refused = (token: IToken, code: "nested-too-deep" | "chain-too-long", limit: number) => ({
    diagnostics: [diagnostic(code, places.token(token), { limit })],
    tooDeep: true,
  });
  for (const token of tokens) {
    const level = chains.length - 1;
    if (pairs.has(token.image)) {
      open.push(token);
      chains.push(0);
      if (open.length > limits.nesting) return refused(token, "nested-too-deep", limits.nesting);
    } else if ([...pairs.values()].includes(token.image)) {
      const last = open.at(-1);
      if (last !== undefined && pairs.get(last.image) === token.image) {
        open.pop();
        chains.pop();
      }
    } else if (separators.has(token.tokenType.name)) chains[level] = 0;
    else if (operators.has(token.image)) {
      chains[level] = (chains[level] ?? 0) + 1;
      if ((chains[level] ?? 0) > limits.chain) return refused(token, "chain-too-long", limits.chain);
    }
  }
  const outermost = open.at(-1);
  if (outermost === undefined) return { diagnostics: [], tooDeep: false };
  return {
    diagnostics: [diagnostic("unclosed-bracket", places.token(outermost), { open: outermost.image })],
    tooDeep: false,
  };
}
