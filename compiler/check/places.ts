import type { Code } from "../diagnostics/catalogue.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";

/** Where something of one kind is said: a file, a place in it, a code. */
export class Places {
  readonly #byFile = new Map<string, Map<Code, Set<number>>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has({ code, span }: Diagnostic): boolean {
    return this.#byFile.get(span.source.name)?.get(code)?.has(span.start) === true;
  }

  /** False if it was there. */
  add({ code, span }: Diagnostic): boolean {
    const { name } = span.source;
    const codes = this.#byFile.get(name) ?? new Map<Code, Set<number>>();
    this.#byFile.set(name, codes);
    const starts = codes.get(code) ?? new Set();
    codes.set(code, starts);
    const { size } = starts;
    if (starts.add(span.start).size === size) return false;
    this.#size += 1;
    return true;
  }
}
