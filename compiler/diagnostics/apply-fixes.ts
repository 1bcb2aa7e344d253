import type { Diagnostic } from "./diagnostic.ts";
import type { Source } from "./source.ts";

/** The text with every repair of these diagnostics that lies in it; of two that overlap, the first. */
export function applyFixes(
  source: Source,
  diagnostics: readonly Diagnostic[],
): { readonly text: string; readonly applied: number } {
  const fixes = diagnostics
    .flatMap(({ fix }) => (fix === undefined ? [] : [fix, ...(fix.also ?? []).map((span) => ({ ...fix, span }))]))
    .filter(({ span }) => span.source === source)
    .toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  let text = "";
  let done = 0;
  let applied = 0;
  let before = "";
  for (const { span, replacement } of fixes) {
    const key = `${span.start} ${span.end} ${replacement}`;
    if (span.start < done || key === before) continue;
    before = key;
    text += source.text.slice(done, span.start) + replacement;
    done = span.end;
    applied += 1;
  }
  return { text: text + source.text.slice(done), applied };
}
