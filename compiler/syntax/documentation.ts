import { lineOf, type Span } from "../diagnostics/source.ts";
import type { FileNode } from "./ast.ts";

/** The `##` comment in front of a declaration, without its marks; undefined if there is none. */
export function documentationAbove({ source, comments }: FileNode, { start }: Span): string | undefined {
  const lines: string[] = [];
  let line = lineOf(source, start) - 1;
  for (const { text, span } of comments.toReversed()) {
    if (span.start >= start || lineOf(source, span.start) !== line) continue;
    if (!text.startsWith("##") || !standsAlone(source.text, span.start)) break;
    lines.unshift(text.replace(/^##\s?/, ""));
    line -= 1;
  }
  const text = lines.join("\n").trim();
  return text === "" ? undefined : text;
}

function standsAlone(text: string, start: number): boolean {
  return text.slice(text.lastIndexOf("\n", start - 1) + 1, start).trim() === "";
}
