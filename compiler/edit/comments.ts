import { lineOf } from "../diagnostics/source.ts";
import type { Entity } from "./names/entities.ts";

/** The `##` comment in front of a declaration; of something inside one, the comment behind it on its line. */
export function documentationOf({ file, whole, declaration }: Entity): string | undefined {
  const { comments } = file.node;
  const { source } = file;
  if (declaration === undefined) return undefined;
  const lines: string[] = [];
  let line = lineOf(source, whole.start) - 1;
  for (const { text, span } of comments.toReversed()) {
    if (span.start >= whole.start || lineOf(source, span.start) !== line) continue;
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
