import { tokenise } from "../../grammar/index.ts";
import type { Source } from "../diagnostics/source.ts";
import type { Facts } from "./facts.ts";
import { openProgram, type Program } from "./names/program.ts";

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
  readonly paths: readonly string[];
}

export function openEdited(
  source: Source,
  read: (path: string) => string | undefined,
  { facts, paths = [] }: { readonly facts?: Facts | undefined; readonly paths?: readonly string[] } = {},
): Edited {
  const program = openProgram(source, read);
  const { tokens, comments } = tokensOf(program.main.source.text);
  return { source: program.main.source, program, tokens, comments, facts, read, paths };
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
