import { declarationTokens, tokenise } from "../../grammar/index.ts";
import type { Source } from "../diagnostics/source.ts";
import { parsePart } from "../syntax/index.ts";
import type { Facts } from "./facts.ts";
import { openProgram, type Program, programOf } from "./names/program.ts";

/** A token with its name after classification; the end is not included. */
export interface Token {
  readonly name: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

/** A file that is being edited: its text as it is now, and what the last check found out. */
export interface Edited {
  readonly source: Source;
  readonly program: Program;
  readonly tokens: readonly Token[];
  readonly comments: readonly Token[];
  readonly facts: Facts | undefined;
  /** The text of another file by the path that `use` gives. */
  readonly read: (path: string) => string | undefined;
  /** Files that `use` could name here, beside the language's own. */
  readonly paths: () => readonly string[];
}

export function openEdited(
  source: Source,
  read: (path: string) => string | undefined,
  { facts, paths = () => [], before }: Opening = {},
): Edited {
  return editedOf(openProgram(source, read, before?.program.parsed), read, facts, paths);
}

interface Opening {
  readonly facts?: Facts | undefined;
  readonly paths?: () => readonly string[];
  /** The version before, of which what stayed is not read again; it must not be used any more. */
  readonly before?: Edited | undefined;
}

function editedOf(program: Program, read: Edited["read"], facts: Facts | undefined, paths: Edited["paths"]): Edited {
  const { source } = program.main;
  return { source, program, ...tokensOf(source.text), facts, read, paths };
}

/** The same with a text put in at a place, for which only the declaration around it is read again. */
export function withText(
  { source, program, tokens, read, facts, paths }: Edited,
  offset: number,
  text: string,
): Edited {
  const now: Source = { name: source.name, text: source.text.slice(0, offset) + text + source.text.slice(offset) };
  const starts = tokens.filter(beginsDeclaration).map(({ start }) => start);
  const from = starts.findLast((start) => start <= offset) ?? 0;
  const end = starts.find((start) => start > offset) ?? source.text.length;
  const part = parsePart(now, from, end + text.length);
  const { declarations, comments } = program.main.node;
  const file = {
    source: now,
    comments,
    declarations: [
      ...declarations.filter(({ span }) => span.start < from),
      ...part.file.declarations,
      ...declarations.filter(({ span }) => span.start >= end),
    ],
  };
  return editedOf(programOf({ file, diagnostics: [] }, read), read, facts, paths);
}

/** Whether a token begins a declaration, whatever was left open before it. */
export function beginsDeclaration({ name, column }: Token): boolean {
  return column === 1 && (declarationTokens.has(name) || name === "TopBinding" || name === "Binding");
}

export function tokensOf(text: string): { readonly tokens: readonly Token[]; readonly comments: readonly Token[] } {
  const { tokens, comments } = tokenise(text);
  const plain = ({ tokenType, image, startOffset, startLine, startColumn }: (typeof tokens)[number]): Token => ({
    name: tokenType.name,
    text: image,
    start: startOffset,
    end: startOffset + image.length,
    line: startLine ?? 1,
    column: startColumn ?? 1,
  });
  return { tokens: tokens.map(plain), comments: comments.map(plain) };
}
