import {
  type CodeAction,
  CodeActionKind,
  type CodeLens,
  type CompletionItem,
  type CompletionList,
  type Diagnostic,
  type DocumentHighlight,
  DocumentHighlightKind,
  type DocumentLink,
  type DocumentSymbol,
  type FoldingRange,
  FoldingRangeKind,
  type Hover,
  type InlayHint,
  InlayHintKind,
  InsertTextFormat,
  type Location,
  MarkupKind,
  type Position,
  type Range,
  type SemanticTokens,
  SemanticTokensBuilder,
  type SignatureHelp,
  type SymbolInformation,
  type TextEdit,
  type WorkspaceEdit,
} from "vscode-languageserver";
import type { Span } from "../../compiler/diagnostics/source.ts";
import {
  changeBetween,
  completionsAt,
  definitionsAt,
  type Edited,
  foldsOf,
  hoverAt,
  inlaysOf,
  lensesOf,
  linksOf,
  type OutlineItem,
  outlineOf,
  type Renaming,
  referencesAt,
  semanticTokensOf,
  signaturesAt,
  tokenModifiers,
  tokenTypes,
} from "../../compiler/edit/index.ts";
import { formatSource } from "../../compiler/format/index.ts";
import { uriOf } from "./file-names.ts";
import { completionKinds, symbolKind } from "./kinds.ts";
import type { FixData } from "./messages.ts";
import { offsetOf, pointOf, rangeOf } from "./ranges.ts";

/** `again`: whether the client is one that can ask anew behind what is half a call. */
export function completionOf(edited: Edited, position: Position, again: boolean): CompletionList {
  const { source } = edited;
  const { from, to, items } = completionsAt(edited, offsetOf(source, position));
  const range = rangeOf({ source, start: from, end: to });
  return {
    isIncomplete: false,
    items: items.map(
      ({ label, kind, detail, documentation, insert, snippet }, i): CompletionItem => ({
        label,
        kind: completionKinds[kind],
        ...(detail === "" ? {} : { detail }),
        ...(documentation === "" ? {} : { documentation: { kind: MarkupKind.Markdown, value: documentation } }),
        insertTextFormat: snippet ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
        textEdit: { range, newText: insert },
        // Clients sort by text: the order in which they were given.
        sortText: String(i).padStart(5, "0"),
        ...(again && (insert.endsWith("$0)") || insert.endsWith(": ") || insert.endsWith("."))
          ? { command: { title: "more", command: "editor.action.triggerSuggest" } }
          : {}),
      }),
    ),
  };
}

export function hoverOf(edited: Edited, position: Position): Hover | null {
  const { source } = edited;
  const found = hoverAt(edited, offsetOf(source, position));
  if (found === undefined) return null;
  const contents = { kind: MarkupKind.Markdown, value: found.text };
  return { contents, range: rangeOf({ source, start: found.from, end: found.to }) };
}

export function signatureOf(edited: Edited, position: Position): SignatureHelp | null {
  const signatures = signaturesAt(edited, offsetOf(edited.source, position));
  if (signatures.length === 0) return null;
  const best = signatures.findIndex(({ active }) => active !== undefined);
  return {
    signatures: signatures.map(({ label, documentation, parameters, active }) => ({
      label,
      documentation: { kind: MarkupKind.Markdown, value: documentation },
      parameters: parameters.map(({ start, end }) => ({ label: [start, end] })),
      // Behind the last, none is at hand.
      activeParameter: active ?? parameters.length,
    })),
    activeSignature: Math.max(0, best),
    activeParameter: signatures[Math.max(0, best)]?.active ?? 0,
  };
}

export function locationOf(span: Span): Location {
  return { uri: uriOf(span.source.name), range: rangeOf(span) };
}

export function definitionOf(edited: Edited, position: Position): Location[] {
  return definitionsAt(edited, offsetOf(edited.source, position)).map(locationOf);
}

export function referencesOf(
  edited: Edited,
  others: readonly Edited[],
  position: Position,
  withDefinition: boolean,
): Location[] {
  return referencesAt(edited, offsetOf(edited.source, position), others)
    .filter(({ defines }) => withDefinition || !defines)
    .map(({ span }) => locationOf(span));
}

export function highlightsOf(edited: Edited, position: Position): DocumentHighlight[] {
  return referencesAt(edited, offsetOf(edited.source, position))
    .filter(({ span }) => span.source.name === edited.source.name)
    .map(({ span, defines }) => ({
      range: rangeOf(span),
      kind: defines ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    }));
}

export function editOf(renaming: Extract<Renaming, { kind: "edits" }>, to: string): WorkspaceEdit {
  const changes: Record<string, TextEdit[]> = {};
  for (const span of renaming.places) {
    const uri = uriOf(span.source.name);
    const own = changes[uri] ?? [];
    changes[uri] = own;
    own.push({ range: rangeOf(span), newText: to });
  }
  return { changes };
}

export function symbolsOf(edited: Edited): DocumentSymbol[] {
  const symbol = ({ name, kind, detail, whole, place, children }: OutlineItem): DocumentSymbol => ({
    name,
    kind: symbolKind(kind),
    detail: detail === "" ? kind : detail,
    range: rangeOf(whole),
    selectionRange: rangeOf(place),
    children: children.map(symbol),
  });
  return outlineOf(edited).map(symbol);
}

/** Declarations of a project whose names have the letters of a query in their order. */
export function projectSymbols(all: Iterable<Edited>, query: string): SymbolInformation[] {
  const letters = new RegExp([...query].map((letter) => letter.replace(/[^\w]/g, "\\$&")).join(".*"), "i");
  const found: SymbolInformation[] = [];
  for (const edited of all)
    for (const { name, kind, place } of outlineOf(edited))
      if (letters.test(name))
        found.push({ name, kind: symbolKind(kind), location: locationOf(place), containerName: kind });
  return found;
}

const foldKinds = {
  code: undefined,
  comment: FoldingRangeKind.Comment,
  imports: FoldingRangeKind.Imports,
  section: FoldingRangeKind.Region,
} as const;

export function foldingOf(edited: Edited): FoldingRange[] {
  return foldsOf(edited).map(({ from, to, kind }) => {
    const shown = foldKinds[kind];
    return { startLine: from - 1, endLine: to - 1, ...(shown === undefined ? {} : { kind: shown }) };
  });
}

export function tokensOf(edited: Edited): SemanticTokens {
  const builder = new SemanticTokensBuilder();
  for (const { start, end, type, modifiers } of semanticTokensOf(edited)) {
    const { line, character } = pointOf(edited.source, start);
    const bits = modifiers.reduce((all, each) => all | (1 << tokenModifiers.indexOf(each)), 0);
    builder.push(line, character, end - start, tokenTypes.indexOf(type), bits);
  }
  return builder.build();
}

/** The whole text in the one style; nothing while it has mistakes. */
export function formattingOf({ source }: Edited): TextEdit[] {
  const { text, diagnostics } = formatSource(source);
  if (diagnostics.length > 0 || text === source.text) return [];
  const { start, end, text: newText } = changeBetween(source.text, text);
  return [{ range: rangeOf({ source, start, end }), newText }];
}

export function lensOf(edited: Edited): CodeLens[] {
  return lensesOf(edited).map(({ span, text }) => ({ range: rangeOf(span), command: { title: text, command: "" } }));
}

export function inlayOf(edited: Edited, range: Range): InlayHint[] {
  const [from, to] = [offsetOf(edited.source, range.start), offsetOf(edited.source, range.end)];
  return inlaysOf(edited)
    .filter(({ offset }) => from <= offset && offset <= to)
    .map(({ offset, text }) => ({ position: pointOf(edited.source, offset), label: text, kind: InlayHintKind.Type }));
}

export function linkOf(edited: Edited): DocumentLink[] {
  return linksOf(edited).map(({ span, file }) => ({ range: rangeOf(span), target: uriOf(file) }));
}

/** Repairs of the diagnostics in a range, and all of the file's at once where there are several. */
export function actionsOf(
  uri: string,
  range: Range,
  diagnostics: readonly Diagnostic[],
  only: readonly string[],
): CodeAction[] {
  const wants = (kind: string) =>
    only.length === 0 || only.some((each) => kind === each || kind.startsWith(`${each}.`));
  const here = diagnostics.filter((each) => overlaps(each.range, range));
  const quick = here.flatMap((diagnostic): CodeAction[] =>
    fixesIn(diagnostic).map(({ title, edits, preferred }) => ({
      title,
      kind: CodeActionKind.QuickFix,
      diagnostics: [diagnostic],
      isPreferred: preferred,
      edit: { changes: { [uri]: [...edits] } },
    })),
  );
  const repairs = diagnostics.flatMap((each) => fixesIn(each).filter(({ preferred }) => preferred));
  const edits = withoutOverlaps(repairs.flatMap((repair) => repair.edits));
  const title = `Apply all ${repairs.length} repairs of this file`;
  const all: CodeAction[] =
    repairs.length === 0
      ? []
      : [{ title, kind: `${CodeActionKind.SourceFixAll}.abaw`, edit: { changes: { [uri]: edits } } }];
  // As a quick fix too: people look for it at the mistake.
  const atMistake =
    quick.length > 0 && repairs.length > 1 ? all.map((each) => ({ ...each, kind: CodeActionKind.QuickFix })) : [];
  return [
    ...(wants(CodeActionKind.QuickFix) ? [...quick, ...atMistake] : []),
    ...(wants(`${CodeActionKind.SourceFixAll}.abaw`) && only.length > 0 ? all : []),
  ];
}

function fixesIn({ data }: Diagnostic): FixData["fixes"] {
  return isFixData(data) ? data.fixes : [];
}

function isFixData(data: unknown): data is FixData {
  return typeof data === "object" && data !== null && "fixes" in data && Array.isArray(data.fixes);
}

function overlaps(a: Range, b: Range): boolean {
  return !isBefore(a.end, b.start) && !isBefore(b.end, a.start);
}

function isBefore(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}

/** Of two that overlap, the first; the same twice is one. */
function withoutOverlaps(edits: readonly TextEdit[]): TextEdit[] {
  const sorted = edits.toSorted((a, b) =>
    isBefore(a.range.start, b.range.start) ? -1 : isBefore(b.range.start, a.range.start) ? 1 : 0,
  );
  const kept: TextEdit[] = [];
  for (const edit of sorted) {
    const last = kept.at(-1);
    if (last !== undefined && (isBefore(edit.range.start, last.range.end) || isSame(edit, last))) continue;
    kept.push(edit);
  }
  return kept;
}

function isSame(a: TextEdit, b: TextEdit): boolean {
  return a.newText === b.newText && JSON.stringify(a.range) === JSON.stringify(b.range);
}
