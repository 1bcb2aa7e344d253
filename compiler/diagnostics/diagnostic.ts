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

/** No part of a message is longer: names and strings come from outside. */
const longest = 300;

function shortened(text: string): string {
  // Half of a surrogate pair would be no character.
  return text.length <= longest ? text : `${text.slice(0, longest).replace(/[\ud800-\udbff]$/, "")}…`;
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
    message: message.replace(/\{(\w+)\}/g, (_, hole: string) => shortened(String(filled[hole]))),
    span,
    related: extras.related ?? [],
    ...(extras.help === undefined ? {} : { help: shortened(extras.help) }),
    ...(extras.fix === undefined ? {} : { fix: extras.fix }),
  };
}

/** Of errors, and of all others, only the first so many, and `at` a place that there are more; `full` if some were not looked for. */
export function withoutMost(
  diagnostics: readonly Diagnostic[],
  limit: number,
  full: boolean,
  at: Span,
): readonly Diagnostic[] {
  if (diagnostics.length <= limit && !full) return diagnostics;
  const kept = { errors: 0, others: 0 };
  const shown = diagnostics.filter(({ severity }) => {
    const kind = severity === "error" ? "errors" : "others";
    kept[kind] += 1;
    return kept[kind] <= limit;
  });
  const told = shown.some(({ code }) => code === "too-many-mistakes");
  return [
    ...((kept.errors > limit || full) && !told ? [diagnostic("too-many-mistakes", at, { limit })] : []),
    ...(kept.others > limit ? [diagnostic("too-many-remarks", at, { limit })] : []),
    ...shown,
  ];
}

/** In the order of the text; two of one code at one place are one. */
export function inSourceOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const known = new Map<string, Diagnostic>();
  for (const each of diagnostics) {
    const key = `${each.span.source.name}:${each.span.start}:${each.span.end}:${each.code}:${each.message}`;
    if (!known.has(key)) known.set(key, each);
  }
  return [...known.values()].sort(({ span: a }, { span: b }) => {
    if (a.source.name === b.source.name) return a.start - b.start;
    return a.source.name < b.source.name ? -1 : 1;
  });
}
