import type { Position, Range } from "vscode-languageserver";
import { lineStart, positionOf, type Source, type Span } from "../../compiler/diagnostics/source.ts";

/** Lines and characters from 0. */
export function rangeOf({ source, start, end }: Span): Range {
  return { start: pointOf(source, start), end: pointOf(source, end) };
}

export function pointOf(source: Source, offset: number): Position {
  const { line, column } = positionOf(source, offset);
  return { line: line - 1, character: column - 1 };
}

/** The offset of a place that a client names; beyond the text, its end. */
export function offsetOf(source: Source, { line, character }: Position): number {
  const start = lineStart(source, line + 1);
  const next = lineStart(source, line + 2);
  return Math.max(0, Math.min(start + character, next, source.text.length));
}
