import { library } from "abaw:specs";
import type { Again, Observe } from "../../../compiler/check/session.ts";
import { type Analysis, analyse } from "../../../compiler/compile.ts";
import { type Edited, FactCollector, type Facts, openEdited } from "../../../compiler/edit/index.ts";
import { type Made, mainFile, type Spec } from "../protocol.ts";

/** The text of one of the language's own files: there are no others here. */
export function fileText(name: string): string | undefined {
  return Object.hasOwn(library, name) ? library[name] : undefined;
}

/** The spec compiled, with someone who watches. */
export function compiled({ text, profile }: Spec, observe?: Observe, again?: Again): Analysis {
  const options = { read: fileText, ...(profile === undefined ? {} : { profile }) };
  return analyse({ name: mainFile, text }, options, observe, again);
}

let last: { readonly spec: Spec; readonly analysis: Analysis } | undefined;
let facts: Facts | undefined;

/** The same for checking; what it finds out of names and values is kept. Asking for the same again costs nothing. */
export function analysed({ text, profile }: Spec): Analysis {
  if (last === undefined || last.spec.text !== text || last.spec.profile !== profile) {
    const collector = new FactCollector();
    last = { spec: { text, profile }, analysis: compiled({ text, profile }, collector.observe) };
    facts = collector.facts(last.analysis, [mainFile]);
  }
  return last.analysis;
}

/** The text as it is now, with what the last check found out of it. */
export function edited(text: string): Edited {
  return openEdited({ name: mainFile, text }, fileText, { facts });
}

export const notPlanned = "This stage is not planned: it has mistakes, or nothing asks for it.";

export function cannot(reason: string): Made<never> {
  return { kind: "cannot", reason };
}

/**
 * What is made of a spec that could be planned. Where a spec asks for more than this version can carry out, its graphs may lack what
 * they need: then the reason is what it asks for.
 */
export function makeOf<T>({ diagnostics }: Analysis, make: () => T): Made<T> {
  try {
    return { kind: "made", value: make() };
  } catch (problem) {
    const later = diagnostics.filter(({ severity }) => severity === "later").map(({ message }) => message);
    if (later.length === 0) throw problem;
    return cannot([...new Set(later)].join("\n"));
  }
}
