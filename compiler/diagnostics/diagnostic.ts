import { type Code, catalogue, type HolesOf, type Severity } from "./catalogue.ts";
import type { Span } from "./source.ts";

export interface Note {
  readonly span: Span;
  readonly text: string;
}

/** A machine-applicable repair: text to put in place of a range, and of others where the same mistake stands. */
export interface Fix {
  readonly span: Span;
  readonly replacement: string;
  readonly also?: readonly Span[];
}

/** One mistake: what is wrong where, why something else was expected, and what would repair it. */
export interface Diagnostic {
  readonly code: Code;
  readonly severity: Severity;
  readonly message: string;
  readonly span: Span;
  /** Places that say why. */
  readonly related: readonly Note[];
  readonly help?: string;
  readonly fix?: Fix;
}

export interface DiagnosticExtras {
  readonly related?: readonly Note[];
  readonly help?: string | undefined;
  readonly fix?: Fix | undefined;
}

/** A diagnostic of the catalogue with its holes filled. */
export function diagnostic<C extends Code>(
  code: C,
  span: Span,
  holes: HolesOf<C>,
  extras: DiagnosticExtras = {},
): Diagnostic {
  const { severity, message } = catalogue[code];
  const filled: Readonly<Record<string, string | number>> = holes;
  return {
    code,
    severity,
    message: message.replace(/\{(\w+)\}/g, (_, hole: string) => String(filled[hole])),
    span,
    related: extras.related ?? [],
    ...(extras.help === undefined ? {} : { help: extras.help }),
    ...(extras.fix === undefined ? {} : { fix: extras.fix }),
  };
}

/** In the order of the text; two of one code at one place are one. */
export function inSourceOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const known = new Map<string, Diagnostic>();
  for (const each of diagnostics) {
    const key = `${each.span.source.name}:${each.span.start}:${each.span.end}:${each.code}:${each.message}`;
    if (!known.has(key)) known.set(key, each);
  }
  return [...known.values()].sort(
    (a, b) => a.span.source.name.localeCompare(b.span.source.name, "en") || a.span.start - b.span.start,
  );
}
