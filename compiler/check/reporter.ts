import type { Code, HolesOf } from "../diagnostics/catalogue.ts";
import { type Diagnostic, type DiagnosticExtras, diagnostic } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/source.ts";

/** Ends the evaluation of one expression after its mistake has been reported. Caught where poison can stand. */
export class Refusal extends Error {
  constructor() {
    super("refused");
    this.name = "Refusal";
  }
}

/** Collects the mistakes of one check. */
export class Reporter {
  readonly #found: Diagnostic[] = [];

  report<C extends Code>(code: C, span: Span, holes: HolesOf<C>, extras?: DiagnosticExtras): void {
    this.#found.push(diagnostic(code, span, holes, extras));
  }

  /** Reports and gives up on the expression at hand. */
  refuse<C extends Code>(code: C, span: Span, holes: HolesOf<C>, extras?: DiagnosticExtras): never {
    this.report(code, span, holes, extras);
    throw new Refusal();
  }

  add(diagnostics: readonly Diagnostic[]): void {
    this.#found.push(...diagnostics);
  }

  get found(): readonly Diagnostic[] {
    return this.#found;
  }
}

/** The result, or `otherwise` where a mistake was reported on the way. */
export function attempt<T>(make: () => T, otherwise: () => T): T {
  try {
    return make();
  } catch (problem) {
    if (problem instanceof Refusal) return otherwise();
    throw problem;
  }
}
