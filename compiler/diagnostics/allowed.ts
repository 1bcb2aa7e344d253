import { type Code, catalogue } from "./catalogue.ts";
import { type Diagnostic, diagnostic } from "./diagnostic.ts";
import { lineOf, lineStart, type Source, type Span } from "./source.ts";

/** A comment `# allow(never-used): the reason`, and the line that it speaks of: its own, or the next if it stands alone. */
interface Allowance {
  readonly code: string;
  readonly reason: string;
  readonly line: number;
  readonly span: Span;
  used: boolean;
}

/**
 * Warnings without those that a line allows with a reason (language rule 91). What allows nothing, something that is no warning, or gives no reason is
 * reported itself.
 */
export function withoutAllowed(
  diagnostics: readonly Diagnostic[],
  comments: readonly { readonly text: string; readonly span: Span }[],
): readonly Diagnostic[] {
  const allowances = comments.flatMap(({ text, span }) => allowanceOf(text, span) ?? []);
  if (allowances.length === 0) return diagnostics;
  const placed = new Map<string, Allowance>();
  for (const each of allowances.toReversed()) placed.set(placeOf(each.span.source, each.line, each.code), each);
  const kept = diagnostics.filter((each) => {
    if (each.severity !== "warning") return true;
    const { source, start } = each.span;
    const allowance = placed.get(placeOf(source, lineOf(source, start), each.code));
    if (allowance === undefined || allowance.reason === "") return true;
    allowance.used = true;
    return false;
  });
  return [...kept, ...allowances.flatMap(complaint)];
}

function placeOf({ name }: Source, line: number, code: string): string {
  return `${line} ${code} ${name}`;
}

function complaint({ code, reason, used, span }: Allowance): readonly Diagnostic[] {
  if (!isCode(code) || catalogue[code].severity !== "warning") return [diagnostic("allows-no-warning", span, { code })];
  if (reason === "") return [diagnostic("allowed-without-reason", span, { code })];
  return used ? [] : [diagnostic("allows-nothing", span, { code })];
}

function isCode(code: string): code is Code {
  return Object.hasOwn(catalogue, code);
}

function allowanceOf(text: string, span: Span): Allowance | undefined {
  const match = /^#+\s*allow\(([\w-]*)\)\s*:?\s*(.*)$/.exec(text);
  if (match === null) return undefined;
  const [, code = "", reason = ""] = match;
  const line = lineOf(span.source, span.start);
  const before = span.source.text.slice(lineStart(span.source, line), span.start);
  return { code, reason: reason.trim(), line: before.trim() === "" ? line + 1 : line, span, used: false };
}
