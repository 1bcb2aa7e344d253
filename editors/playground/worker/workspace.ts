import { library } from "abaw:specs";
import type { Trace } from "../../../compiler/check/trace.ts";
import { type Analysis, analyse, Checker, type CompileOptions } from "../../../compiler/compile.ts";
import { type Edited, FactCollector, type Facts, openEdited } from "../../../compiler/edit/index.ts";
import { type Made, mainFile, type Spec } from "../protocol.ts";

/** The text of one of the language's own files: there are no others here. */
export function fileText(name: string): string | undefined {
  return Object.hasOwn(library, name) ? library[name] : undefined;
}

/** The spec compiled by itself, with someone who watches. */
export function compiled({ text, profile }: Spec, { observe, again }: Trace): Analysis {
  return analyse({ name: mainFile, text }, optionsOf(profile), observe, again);
}

function optionsOf(profile: string | undefined): CompileOptions {
  return { read: fileText, ...(profile === undefined ? {} : { profile }) };
}

interface Checking {
  readonly profile: string | undefined;
  readonly checker: Checker;
  readonly collector: FactCollector;
}

interface Version {
  readonly text: string;
  readonly analysis: Analysis;
  /** Put together when they are asked for, before the next version is checked. */
  readonly facts: () => Facts;
}

let checking: Checking | undefined;
let version: Version | undefined;

/** The spec compiled as the version after the last one: what an edit leaves alone is not worked out again. */
export function analysed({ text, profile }: Spec): Analysis {
  if (checking === undefined || checking.profile !== profile) {
    const collector = new FactCollector();
    checking = { profile, collector, checker: new Checker(optionsOf(profile), collector.observe) };
    version = undefined;
  }
  if (version?.text === text) return version.analysis;
  const { checker, collector } = checking;
  collector.begin();
  const analysis = checker.check({ name: mainFile, text });
  let facts: Facts | undefined;
  version = {
    text,
    analysis,
    facts: () => {
      facts ??= collector.facts(analysis, [mainFile]);
      return facts;
    },
  };
  return analysis;
}

/** The text as it is now, with what the last check found out of it. */
export function edited(text: string): Edited {
  return openEdited({ name: mainFile, text }, fileText, { facts: version?.facts() });
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
