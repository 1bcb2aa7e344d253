import type { Code } from "./catalogue.ts";
import type { Diagnostic, Fix } from "./diagnostic.ts";

/** Mistakes that stand at every use of what is wrong in one place. */
const repeating: ReadonlySet<Code> = new Set<Code>([
  "unknown-name",
  "no-member",
  "no-head",
  "field-not-in-data",
  "too-deep",
  "too-large",
]);

/** Mistakes that whatever reads a stage repeats: their last related place is that stage. */
const ofOneStage: ReadonlySet<Code> = new Set<Code>(["leakage", "needs-clip"]);

/** One message for the same mistake at several places of a file: the first, with the others as related places (language rule 88). */
export function mergeRepeats(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const merged: Diagnostic[] = [];
  const firsts = new Map<string, number>();
  for (const each of diagnostics) {
    const key = `${each.span.source.name} ${each.code} ${causeOf(each)}`;
    const at = firsts.get(key);
    const first = at === undefined ? undefined : merged[at];
    if (at === undefined || first === undefined || !(repeating.has(each.code) || ofOneStage.has(each.code))) {
      firsts.set(key, merged.length);
      merged.push(each);
    } else {
      const text = each.message === first.message ? "and here" : each.message;
      const related = [...first.related, { span: each.span, text }];
      const { fix } = first;
      merged[at] =
        fix === undefined || each.fix === undefined || each.fix.replacement !== fix.replacement
          ? { ...first, related }
          : { ...first, related, fix: { ...fix, also: [...(fix.also ?? []), each.fix.span] } };
    }
  }
  return merged;
}

/** What two messages about one mistake have in common. */
function causeOf({ code, message, fix, related }: Diagnostic): string {
  const stage = ofOneStage.has(code) ? related.at(-1)?.span : undefined;
  return stage === undefined ? (lineBrought(fix) ?? message) : `${stage.source.name} ${stage.start}`;
}

/** What a repair inserts, which repairs every mistake that it repairs at once: one `use` brings all names of its file. */
function lineBrought(fix: Fix | undefined): string | undefined {
  return fix !== undefined && fix.span.start === fix.span.end ? fix.replacement : undefined;
}
