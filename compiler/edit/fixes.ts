import { applyFixes } from "../diagnostics/apply-fixes.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { lineEnd, lineOf, lineStart, type Source } from "../diagnostics/source.ts";

export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A change of one file that answers a diagnostic. */
export interface QuickFix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** Whether it is what there is to do: its only sensible repair. */
  readonly preferred: boolean;
}

/** What can be done about a diagnostic in its file. */
export function fixesOf(diagnostic: Diagnostic): readonly QuickFix[] {
  const { fix, span, code, severity } = diagnostic;
  const repair =
    fix === undefined || fix.span.source.name !== span.source.name
      ? []
      : [
          {
            title: titleOf(diagnostic, fix.replacement),
            edits: [fix.span, ...(fix.also ?? [])].map(({ start, end }) => ({ start, end, text: fix.replacement })),
            preferred: true,
          },
        ];
  return severity === "warning" ? [...repair, allowance(code, span)] : repair;
}

function titleOf({ fix }: Diagnostic, replacement: string): string {
  const line = replacement.trim().split("\n")[0] ?? "";
  if (fix === undefined || replacement === "") return "Take this out";
  if (fix.span.start === fix.span.end) return `Put in ${line}`;
  return `Change to ${line}`;
}

/** `# allow(code): why` behind the line, or above it where a comment is there already. */
function allowance(code: string, { source, start }: Diagnostic["span"]): QuickFix {
  const title = `Allow ${code} here, with a reason`;
  const comment = `# allow(${code}): say why`;
  const end = lineEnd(source, start);
  const begin = lineStart(source, lineOf(source, start));
  const line = source.text.slice(begin, end);
  if (!line.includes("#")) return { title, edits: [{ start: end, end, text: `  ${comment}` }], preferred: false };
  const indent = /^\s*/.exec(line)?.[0] ?? "";
  return { title, edits: [{ start: begin, end: begin, text: `${indent}${comment}\n` }], preferred: false };
}

/** Every repair of a file's diagnostics at once; undefined if there is none. */
export function fixAll(source: Source, diagnostics: readonly Diagnostic[]): QuickFix | undefined {
  const { text, applied } = applyFixes(source, diagnostics);
  if (applied === 0) return undefined;
  return { title: `Apply all ${applied} repairs`, edits: [changeBetween(source.text, text)], preferred: false };
}

/** The one change that makes one text of another. */
export function changeBetween(before: string, after: string): TextEdit {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return { start, end: before.length - end, text: after.slice(start, after.length - end) };
}
