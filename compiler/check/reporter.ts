import type { Code, HolesOf } from "../diagnostics/catalogue.ts";
import { type Diagnostic, type DiagnosticExtras, diagnostic } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/source.ts";
import { Ledger } from "./ledger.ts";
import { onlyNear } from "./nearest.ts";
import { Places } from "./places.ts";

/** Ends the evaluation of one expression after its mistake has been reported. Caught where poison can stand: it needs no stack, which costs time. */
export class Refusal {
  readonly name = "Refusal";
}

/** Mistakes that depend on the stage through which a model is reached. */
const ofShapes: ReadonlySet<Code> = new Set<Code>([
  "shape-mismatch",
  "op-refuses",
  "unknown-axis",
  "duplicate-axis",
  "size-unknown",
  "one-layer-two-shapes",
  "needs-clip",
  "head-width",
  "no-member",
]);

/** The word that stands there, which a nearer one can replace. */
function wordAt({ source, start, end }: Span): string | undefined {
  return /^\w+$/.exec(source.text.slice(start, end))?.[0];
}

/** Collects the mistakes of one check. */
export class Reporter {
  readonly ledger = new Ledger();
  /** Uses of modules that are being looked into, outermost first. */
  readonly #uses: { readonly span: Span; readonly text: string }[] = [];
  /** Stages whose model is being built, outermost first. */
  readonly #stages: { readonly span: Span; readonly text: string }[] = [];

  report<C extends Code>(code: C, span: Span, holes: HolesOf<C>, extras?: DiagnosticExtras): void {
    this.ledger.say(diagnostic(code, span, holes, this.#placed(code, span, extras)));
  }

  /** Whether so much is wrong that looking at more would say nothing new. */
  get full(): boolean {
    return this.ledger.full;
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

  /** A mistake of sizes met inside also says through which stage it was reached: the same text can be right in another. */
  through<T>(span: Span, label: string, make: () => T): T {
    this.#stages.push({ span, text: `reached through ${label}` });
    try {
      return make();
    } finally {
      this.#stages.pop();
    }
  }

  #placed(code: Code, span: Span, extras: DiagnosticExtras | undefined): DiagnosticExtras {
    const use = this.#uses.findLast((each) => each.span.source !== span.source);
    const stage = ofShapes.has(code) ? this.#stages.at(-1) : undefined;
    const told = (extras?.related ?? []).filter(({ span: at }) => at.source !== span.source || at.start !== span.start);
    const more = [use, stage].filter((note) => note !== undefined && !told.some(({ span: at }) => at === note.span));
    const word = extras?.fix === undefined ? wordAt(span) : undefined;
    const near = word === undefined ? undefined : onlyNear(word, extras?.help);
    const fix = near === undefined ? undefined : { span, replacement: near };
    return {
      ...extras,
      related: [...told, ...more.filter((note) => note !== undefined)],
      ...(fix === undefined ? {} : { fix }),
    };
  }

  /** Reports and gives up on the expression at hand. */
  refuse<C extends Code>(code: C, span: Span, holes: HolesOf<C>, extras?: DiagnosticExtras): never {
    this.report(code, span, holes, extras);
    throw new Refusal();
  }

  /** Reports, and gives what to throw. */
  refusal<C extends Code>(code: C, span: Span, holes: HolesOf<C>, extras?: DiagnosticExtras): Refusal {
    this.report(code, span, holes, extras);
    return new Refusal();
  }

  /** Gives up where the mistake has been reported already. */
  silent(): never {
    throw new Refusal();
  }

  add(diagnostics: readonly Diagnostic[]): void {
    for (const each of diagnostics) this.ledger.say(each);
  }

  /** How many errors were met so far, those told before among them. */
  get errors(): number {
    return this.ledger.errors;
  }

  /** One mistake is told once for each place, however many stages reach it. */
  get found(): readonly Diagnostic[] {
    const told = new Places();
    return this.ledger.found.filter((each) => told.add(each));
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
