import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { AnchoredSpan, type Source, type Span, textIn } from "../diagnostics/source.ts";
import type { Declaration, FileNode } from "./ast.ts";
import { limits, type Parsed, parsePart } from "./index.ts";

/** The next version of a file: declarations that the edit left alone are the same objects, moved to where they stand now. */
export interface Reparsed {
  readonly parsed: Parsed;
  /** Declarations that are new, and those of the version before that are no longer there. */
  readonly fresh: readonly Declaration[];
  readonly gone: readonly Declaration[];
}

/**
 * Reads again only the declarations around an edit. The tree of the version before moves to the new one and must not be used any more.
 * Undefined where the whole has to be read, such as when much of it has mistakes.
 */
export function reparse(before: Parsed, source: Source): Reparsed | undefined {
  const old = before.file;
  const { declarations } = old;
  if (declarations.length === 0 || source.text.length > limits.characters) return undefined;
  if (before.diagnostics.length >= limits.mistakes) return undefined;
  const edit = editBetween(old.source.text, source.text);
  const range = declarationsAround(before, edit);
  const delta = source.text.length - old.source.text.length;
  const from = range.first === 0 ? 0 : startOf(declarations[range.first]);
  const oldEnd = range.end >= declarations.length ? old.source.text.length : startOf(declarations[range.end]);
  const part = parsePart(source, from, oldEnd + delta);
  if (part.file.declarations.length === 0 || part.diagnostics.length >= limits.mistakes) return undefined;
  // What is missing at the end of the part is missing before what stands behind it.
  const last = range.end >= declarations.length;
  if (!last && part.diagnostics.some(({ span }) => span.start === span.end)) return undefined;

  const unread = new Set(declarations.slice(range.first, range.end));
  const texts = new Map<string, Declaration>();
  for (const each of unread) if (isClean(each.span, before.diagnostics)) texts.set(textIn(each.span), each);
  const moves: { readonly declaration: Declaration; readonly to: number }[] = [];
  const fresh: Declaration[] = [];
  const between = part.file.declarations.map((made) => {
    const text = textIn(made.span);
    const same = texts.get(text);
    if (same === undefined || same.kind !== made.kind || !isClean(made.span, part.diagnostics)) {
      fresh.push(made);
      return made;
    }
    texts.delete(text);
    unread.delete(same);
    moves.push({ declaration: same, to: made.span.start });
    return same;
  });
  const kept = (span: Span) => span.start < from || span.start >= oldEnd;
  const moved = (span: Span): Span => {
    const by = span.start >= oldEnd ? delta : 0;
    return { source, start: span.start + by, end: span.end + by };
  };
  const comments = [
    ...old.comments.filter(({ span }) => span.start < from).map(({ text, span }) => ({ text, span: moved(span) })),
    ...part.file.comments,
    ...old.comments.filter(({ span }) => span.start >= oldEnd).map(({ text, span }) => ({ text, span: moved(span) })),
  ];
  const told = before.diagnostics.filter(({ span }) => kept(span)).map((each) => movedDiagnostic(each, moved));
  const tail = declarations.slice(range.end);
  for (const declaration of tail) moves.push({ declaration, to: startOf(declaration) + delta });
  for (const declaration of declarations.slice(0, range.first)) moves.push({ declaration, to: startOf(declaration) });
  for (const { declaration, to } of moves) moveTo(declaration, source, to);
  for (const declaration of unread) leave(declaration);
  const file: FileNode = {
    source,
    declarations: [...declarations.slice(0, range.first), ...between, ...tail],
    comments,
  };
  return { parsed: { file, diagnostics: [...told, ...part.diagnostics] }, fresh, gone: [...unread] };
}

interface Edit {
  /** The range of the old text that is replaced. */
  readonly from: number;
  readonly to: number;
}

function editBetween(a: string, b: string): Edit {
  const shorter = Math.min(a.length, b.length);
  let from = 0;
  while (from < shorter && a.charCodeAt(from) === b.charCodeAt(from)) from += 1;
  let same = 0;
  while (same < shorter - from && a.charCodeAt(a.length - 1 - same) === b.charCodeAt(b.length - 1 - same)) same += 1;
  return { from, to: a.length - same };
}

/**
 * Which declarations an edit can concern: those it touches and one on either side, since an edit can join two; from and up to one that
 * stands by itself, with a word in the first column.
 */
function declarationsAround({ file, diagnostics }: Parsed, { from, to }: Edit) {
  const { declarations } = file;
  let first = declarations.findIndex(({ span }) => span.end >= from);
  if (first < 0) first = declarations.length;
  let end = first;
  while (end < declarations.length && startOf(declarations[end]) <= to) end += 1;
  first = Math.max(0, first - 1);
  end = Math.min(declarations.length, end + 1);
  while (first > 0 && !(standsAlone(declarations[first]) && isCleanBefore(first))) first -= 1;
  while (end < declarations.length && !(standsAlone(declarations[end]) && isCleanBefore(end))) end += 1;
  return { first, end };

  /** Whether nothing is wrong in the declaration before one, up to its first word, where that can be told. */
  function isCleanBefore(index: number): boolean {
    const begin = startOf(declarations[index - 1]);
    const stop = startOf(declarations[index]);
    return !diagnostics.some(({ span }) => span.end >= begin && span.start <= stop);
  }
}

function standsAlone(declaration: Declaration | undefined): boolean {
  if (declaration === undefined) return false;
  const { source, start } = declaration.span;
  return start === 0 || /[\r\n]/.test(source.text.charAt(start - 1));
}

function startOf(declaration: Declaration | undefined): number {
  return declaration?.span.start ?? 0;
}

function isClean({ start, end }: Span, diagnostics: readonly Diagnostic[]): boolean {
  return !diagnostics.some(({ span }) => span.start <= end && span.end >= start);
}

function movedDiagnostic(each: Diagnostic, moved: (span: Span) => Span): Diagnostic {
  const { fix } = each;
  return {
    ...each,
    span: moved(each.span),
    related: each.related.map(({ span, text }) => ({ text, span: moved(span) })),
    ...(fix === undefined
      ? {}
      : { fix: { ...fix, span: moved(fix.span), ...(fix.also === undefined ? {} : { also: fix.also.map(moved) }) } }),
  };
}

function moveTo({ span }: Declaration, source: Source, start: number): void {
  if (!(span instanceof AnchoredSpan)) return;
  span.anchor.source = source;
  span.anchor.start = start;
}

function leave({ span }: Declaration): void {
  if (span instanceof AnchoredSpan) span.anchor.gone = true;
}
