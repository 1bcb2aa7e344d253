import { renderDiagnostics } from "../../cli/render-diagnostics.ts";
import type { Analysis } from "../../compiler/compile.ts";
import { applyFixes } from "../../compiler/diagnostics/apply-fixes.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { lineOf, type Source, type Span } from "../../compiler/diagnostics/source.ts";
import { limits } from "../../compiler/syntax/index.ts";

const plain = (text: string) => text;
const palette = { bold: plain, red: plain, yellow: plain, blue: plain, green: plain };

/** What a value says of itself that nobody turned into words, a number of the compiler's own, and a hole that nobody filled. */
const unspoken = /\bundefined\b|\[object |\bNaN\b|#\d{2,}|=> \{|\{(?:what|name|key|expected|actual|limit)\}/;

/** Everything that a diagnostic says in words, without what it quotes of the text. */
const saidBy = ({ message, help = "", related }: Diagnostic) => [message, help, ...related.map(({ text }) => text)];

const isInside = ({ source, start, end }: Span) => start >= 0 && start <= end && end <= source.text.length;

function spansOf({ span, related, fix }: Diagnostic): readonly Span[] {
  return [span, ...related.map((note) => note.span), ...(fix === undefined ? [] : [fix.span, ...(fix.also ?? [])])];
}

const isSorted = (diagnostics: readonly Diagnostic[]) =>
  diagnostics.every(({ span: { source, start } }, i) => {
    const before = diagnostics[i - 1]?.span;
    return before === undefined || before.source.name !== source.name || before.start <= start;
  });

/** Steps of a check: the limit, and the last that is counted beyond it. */
const mostWork = 4_000_000;

/** What is wrong with the answer to a text; nothing if it is one. */
export function faultsOf({ diagnostics, plan, session, sources }: Analysis, main: Source): readonly string[] {
  const faults: string[] = [];
  const fault = (wrong: boolean, text: string) => {
    if (wrong) faults.push(text);
  };
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  fault((plan === undefined) !== errors > 0, `${errors} errors and ${plan === undefined ? "no" : "a"} plan`);
  fault(diagnostics.length > 2 * limits.mistakes + 2, `${diagnostics.length} diagnostics`);
  fault(session.ledger.work > mostWork, `${session.ledger.work} steps`);
  fault(!isSorted(diagnostics), "diagnostics out of order");
  fault(!sources.some((each) => each === main), "the text is none of the sources");
  for (const each of diagnostics) {
    const where = `${each.code} at ${each.span.start}: `;
    fault(!spansOf(each).every(isInside), `${where}a place outside its text`);
    fault(each.message === "", `${where}no message`);
    for (const text of saidBy(each)) {
      const found = unspoken.exec(text)?.[0];
      fault(found !== undefined && !main.text.includes(found), `${where}${text}`);
      fault(text.includes("``") && !main.text.includes("`"), `${where}a name without letters: ${text}`);
      fault(text.length > 2000, `${where}${text.length} characters`);
    }
  }
  const printed = renderDiagnostics(diagnostics, palette);
  fault(/[^\P{Cc}\n]|\p{Cf}/u.test(printed), "control characters on the terminal");
  fault(diagnostics.length > 0 && printed === "", "nothing printed");
  applyFixes(main, diagnostics);
  return faults;
}

/** All that a check says, as one text. */
export function saying({ diagnostics }: Pick<Analysis, "diagnostics">): string {
  return diagnostics
    .map((each) => `${each.code} ${lineOf(each.span.source, each.span.start)} ${saidBy(each).join(" | ")}`)
    .join("\n");
}
