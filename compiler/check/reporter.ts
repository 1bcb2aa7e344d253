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
  /** Uses of modules that are being looked into, outermost first. */
  readonly #uses: { readonly span: Span; readonly text: string }[] = [];
  #errors = 0;

  /** One mistake is told once for each place, however many stages reach it. */
  report<C extends Code>(code: C, span: Span, holes: HolesOf<C>, extras?: DiagnosticExtras): void {
    const made = diagnostic(code, span, holes, this.#placed(span, extras));
    if (made.severity === "error") this.#errors += 1;
    const told = this.#found.some(
      (each) => each.code === code && each.span.source === span.source && each.span.start === span.start,
    );
    if (!told) this.#found.push(made);
  }

  /** Mistakes met inside are also placed at `span`, if that is in another file: a library's line says little without its use. */
  within<T>(span: Span, text: string, make: () => T): T {
    this.#uses.push({ span, text });
    try {
      return make();
    } finally {
      this.#uses.pop();
    }
  }

  #placed(span: Span, extras: DiagnosticExtras | undefined): DiagnosticExtras | undefined {
    const use = this.#uses.findLast((each) => each.span.source !== span.source);
    return use === undefined ? extras : { ...extras, related: [...(extras?.related ?? []), use] };
  }

  /** Reports and gives up on the expression at hand. */
  refuse<C extends Code>(code: C, span: Span, holes: HolesOf<C>, extras?: DiagnosticExtras): never {
    this.report(code, span, holes, extras);
    throw new Refusal();
  }

  /** Gives up where the mistake has been reported already. */
  silent(): never {
    throw new Refusal();
  }

  add(diagnostics: readonly Diagnostic[]): void {
    this.#found.push(...diagnostics);
  }

  /** How many errors were met so far, those told before among them. */
  get errors(): number {
    return this.#errors;
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
