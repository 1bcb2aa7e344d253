import { specs } from "abaw:specs";
import type { Trace } from "../../../compiler/check/trace.ts";
import { type Analysis, analyse } from "../../../compiler/compile.ts";
import { type Made, mainFile, type Spec } from "../protocol.ts";

/** The text of a file that a spec can use: the language's own, or another of the project's specs. */
export function fileText(name: string): string | undefined {
  return Object.hasOwn(specs, name) ? specs[name] : undefined;
}

/** The spec compiled, watched by a trace if there is one. */
export function compiled({ text, profile }: Spec, trace?: Trace): Analysis {
  return analyse(
    { name: mainFile, text },
    { read: fileText, ...(profile === undefined ? {} : { profile }) },
    trace?.observe,
    trace?.again,
  );
}

let last: { readonly spec: Spec; readonly analysis: Analysis } | undefined;

/** The same, unwatched; asking for the same again costs nothing. */
export function analysed(spec: Spec): Analysis {
  if (last === undefined || last.spec.text !== spec.text || last.spec.profile !== spec.profile)
    last = { spec: { text: spec.text, profile: spec.profile }, analysis: compiled(spec) };
  return last.analysis;
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
