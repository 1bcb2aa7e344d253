import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { DiagnosticSeverity, DiagnosticTag, type Diagnostic as Shown } from "vscode-languageserver";
import { isStandard } from "../../compiler/check/files.ts";
import type { Code } from "../../compiler/diagnostics/catalogue.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import type { Source, Span } from "../../compiler/diagnostics/source.ts";
import { fixesOf, type TextEdit } from "../../compiler/edit/index.ts";
import { shippedFolder } from "../../runtime/spec-files/spec-files.ts";
import { uriOf } from "./file-names.ts";
import type { FixData } from "./messages.ts";
import { rangeOf } from "./ranges.ts";

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  later: DiagnosticSeverity.Information,
  note: DiagnosticSeverity.Hint,
} as const;

/** What could as well be taken out: editors show it faded. */
const unnecessary: ReadonlySet<Code> = new Set<Code>(["never-used", "changes-nothing", "allows-nothing"]);

/** The folder of the pages that say what each diagnostic means. */
export const pagesFolder = shippedFolder("docs/diagnostics");

/** A compilation's diagnostics as the protocol has them, by file. What lies in the library is shown where the spec uses it. */
export function shownByFile(main: Source, diagnostics: readonly Diagnostic[]): ReadonlyMap<string, readonly Shown[]> {
  const found = new Map<string, Shown[]>([[main.name, []]]);
  for (const diagnostic of diagnostics) {
    const at = placeOf(diagnostic, main);
    const own = found.get(at.source.name) ?? [];
    found.set(at.source.name, own);
    own.push(shown(diagnostic, at));
  }
  return found;
}

function placeOf({ span, related }: Diagnostic, main: Source): Span {
  if (span.source.name === main.name) return span;
  const isLibrary = isStandard(span.source.name);
  const use = related.find((note) => note.span.source.name === main.name);
  // A command line's own texts have no file either.
  return isLibrary && use !== undefined ? use.span : isLibrary ? { source: main, start: 0, end: 0 } : span;
}

function shown(diagnostic: Diagnostic, at: Span): Shown {
  const { code, severity, message, help, related, span } = diagnostic;
  const page = pageOf(code);
  const moved = at === span ? [] : [{ span, text: "here" }];
  const notes = [...moved, ...related].filter((note) => note.span !== at);
  const data: FixData = {
    fixes:
      at === span
        ? fixesOf(diagnostic).map(({ title, edits, preferred }) => ({
            title,
            preferred,
            edits: editsOf(at.source, edits),
          }))
        : [],
  };
  return {
    range: rangeOf(at),
    severity: severities[severity],
    code,
    ...(page === undefined ? {} : { codeDescription: { href: page } }),
    source: "abaw",
    message: help === undefined ? message : `${message}\n${help}`,
    ...(unnecessary.has(code) ? { tags: [DiagnosticTag.Unnecessary] } : {}),
    relatedInformation: notes.map((note) => ({
      location: { uri: uriOf(note.span.source.name), range: rangeOf(note.span) },
      message: note.text,
    })),
    data,
  };
}

const pages = new Map<Code, string | undefined>();

/** The address of the page that says what a diagnostic means, where there is one: looked for once. */
function pageOf(code: Code): string | undefined {
  if (!pages.has(code)) {
    const page = `${pagesFolder}${code}.md`;
    pages.set(code, existsSync(page) ? pathToFileURL(page).href : undefined);
  }
  return pages.get(code);
}

function editsOf(source: Source, edits: readonly TextEdit[]) {
  return edits.map(({ start, end, text }) => ({ range: rangeOf({ source, start, end }), newText: text }));
}
