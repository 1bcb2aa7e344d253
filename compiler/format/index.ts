/** Text in the language's one style. */
import { declarationTokens, tokenise } from "../../grammar/index.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Source } from "../diagnostics/source.ts";
import { parseFile } from "../syntax/index.ts";
import { alignedWidths } from "./align.ts";
import { linesOf } from "./lines.ts";
import { rowsOf } from "./rows.ts";

export interface Formatted {
  /** The text in its style; what was given, where it cannot be read. */
  readonly text: string;
  /** Why it was not formatted; empty if it was. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Line breaks and comments stay where they are; indentation, spaces, the alignment of values and blank lines are set. Only what stands
 * between tokens changes, so that the meaning cannot. Lines end as the first one does, in LF or CR LF; a byte order mark goes.
 */
export function formatSource(source: Source): Formatted {
  const { diagnostics } = parseFile(source);
  if (diagnostics.length > 0) return { text: source.text, diagnostics };
  const { tokens, comments } = tokenise(source.text);
  const rows = rowsOf(tokens, declarationTokens);
  const lines = linesOf(rows, alignedWidths(rows, comments));
  const remarks = new Map(comments.map((comment) => [comment.startLine ?? 0, comment]));
  const numbered = new Map(rows.map((row, i) => [row.tokens[0]?.startLine ?? 0, i]));
  const ends = rows.map(({ tokens: own }) => own.at(-1)?.image);
  const result: string[] = [];
  let blank = false;
  let opened = true;
  const last = Math.max(rows.at(-1)?.tokens[0]?.startLine ?? 0, comments.at(-1)?.startLine ?? 0);
  let below = 0;
  for (let number = 1; number <= last; number += 1) {
    const i = numbered.get(number);
    const remark = remarks.get(number);
    while (below < rows.length && (rows[below]?.tokens[0]?.startLine ?? 0) <= number) below += 1;
    const line = i === undefined ? undefined : lines[i];
    if (line === undefined && remark === undefined) {
      // A line inside a token cannot be: strings end on theirs.
      blank = true;
      continue;
    }
    const closes = i !== undefined && ["}", "]", ")"].includes(rows[i]?.tokens[0]?.image ?? "");
    if (blank && !opened && !closes) result.push("");
    blank = false;
    const text = line === undefined ? "" : " ".repeat(line.indent) + line.text;
    if (line !== undefined && remark !== undefined) {
      const column = Math.max(text.length + 2, (remark.startColumn ?? 1) - 1);
      result.push(`${text.padEnd(column)}${remark.image.trimEnd()}`);
    } else if (remark !== undefined) {
      result.push(`${" ".repeat(indentAt(below))}${remark.image.trimEnd()}`);
    } else result.push(text);
    opened = line !== undefined && ["{", "[", "("].includes(ends[i ?? 0] ?? "");
  }
  const lineEnd = /\r\n?|\n/.exec(source.text)?.[0] === "\r\n" ? "\r\n" : "\n";
  return { text: result.map((line) => line + lineEnd).join(""), diagnostics: [] };

  /** A comment stands as deep as what it is about: the next row, or the block that it ends. */
  function indentAt(i: number): number {
    const row = rows[i];
    const line = lines[i];
    if (row === undefined || line === undefined) return 0;
    const closes = ["}", "]", ")"].includes(row.tokens[0]?.image ?? "");
    return closes ? line.indent + 2 : line.indent;
  }
}
