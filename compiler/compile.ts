/** The page: text to plan, every stage by name. */
import { type Asked, askedThing } from "./check/asked.ts";
import { withoutEchoes } from "./check/echoes.ts";
import type { Inspect } from "./check/file-header.ts";
import { isStandard, openMain } from "./check/files.ts";
import { mendedOrBroken } from "./check/incomplete.ts";
import { openSettings } from "./check/open-settings.ts";
import { Reporter } from "./check/reporter.ts";
import { type Again, newSession, type Observe, type ReadUsed, type Session } from "./check/session.ts";
import { forgetStale, reachesFar } from "./check/staleness.ts";
import { withoutAllowed } from "./diagnostics/allowed.ts";
import { type Diagnostic, inSourceOrder, withoutMost } from "./diagnostics/diagnostic.ts";
import { mergeRepeats } from "./diagnostics/merge-repeats.ts";
import type { Source } from "./diagnostics/source.ts";
import { makePlan, type PlannedStage } from "./lower/make-plan.ts";
import type { Plan } from "./lower/plan.ts";
import type { Results } from "./lower/results.ts";
import { limits, type Parsed, parseFile } from "./syntax/index.ts";
import { reparse } from "./syntax/reparse.ts";

export interface CompileOptions {
  readonly read: ReadUsed;
  /** The header of a file, its path as the spec writes it; left out where there are no files, as in a browser. */
  readonly inspect?: Inspect;
  readonly profile?: string;
  /** `--set path=value`, in order. */
  readonly set?: readonly (readonly [path: string, value: string])[];
  /** Expressions that are asked about: stages among them are planned, whether the spec asks for them or not. */
  readonly ask?: readonly string[];
  /** What was reached of what the spec's plan waits for; without them it is the plan of what comes first. */
  readonly results?: Results;
}

export interface Compiled {
  /** Undefined if there is an error. */
  readonly plan: Plan | undefined;
  /** The spec and every file that it uses. */
  readonly sources: readonly Source[];
  /** In source order. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A compilation with what it found out on the way, for editors and explanations. */
export interface Analysis extends Compiled {
  readonly session: Session;
  /** What could be planned, mistakes elsewhere or not. */
  readonly planned: Plan;
  /** Each stage of it as it was checked. */
  readonly stages: readonly PlannedStage[];
  /** What was asked about, in order. */
  readonly asked: readonly Asked[];
}

/** Checks a spec whole and, if nothing is wrong, gives its plan. Never throws for what the text says. */
export function compile(source: Source, options: CompileOptions): Compiled {
  const { plan, sources, diagnostics } = analyse(source, options);
  return { plan, sources, diagnostics };
}

/** The same, keeping what every name and expression turned out to be; `observe` and `again` are told of it. */
export function analyse(source: Source, options: CompileOptions, observe?: Observe, again?: Again): Analysis {
  return new Checker(options, observe, again).check(source);
}

/**
 * Checks the versions of a spec one after the other, as they are typed: a declaration that an edit leaves alone keeps its tree, and what
 * the edit cannot have changed is not worked out again. The analysis of a version is that of the text as a whole; it must not be used
 * any more once the next version is checked. With a profile or settings, each version is checked anew.
 */
export class Checker {
  readonly #options: CompileOptions;
  readonly #observe: Observe | undefined;
  readonly #again: Again | undefined;
  #last: { readonly session: Session; readonly parsed: Parsed } | undefined;

  constructor(options: CompileOptions, observe?: Observe, again?: Again) {
    this.#options = options;
    this.#observe = observe;
    this.#again = again;
  }

  check(source: Source): Analysis {
    const { session, parsed } = this.#next(source) ?? this.#first(source);
    this.#last = { session, parsed };
    return analysisOf(session, parsed, this.#options);
  }

  /** What was looked up outside the text, such as used files and the headers of weight files, is looked up again. */
  forget(): void {
    this.#last = undefined;
  }

  #first(source: Source) {
    const { read, inspect } = this.#options;
    const session = newSession(new Reporter(), read, inspect, this.#observe, this.#again);
    if (this.#options.results !== undefined) session.results = this.#options.results;
    return { session, parsed: parseFile(source) };
  }

  #next(source: Source) {
    const { read, profile, set = [] } = this.#options;
    if (this.#last === undefined || profile !== undefined || set.length > 0) return undefined;
    const { session, parsed: before } = this.#last;
    if (before.file.source.name !== source.name || session.main?.lacksFile === true) return undefined;
    const others = [...session.files.values()].filter((file) => file !== session.main && !isStandard(file.source.name));
    if (others.some((file) => read(file.source.name) !== file.source.text)) return undefined;
    const next = reparse(before, source);
    if (next === undefined) return undefined;
    const { declarations } = next.parsed.file;
    const asScope = ({ file, diagnostics }: Parsed) => ({ node: file, textMistakes: diagnostics });
    const changed = mendedOrBroken(asScope(before), asScope(next.parsed));
    const difference = { declarations, fresh: [...next.fresh, ...changed], gone: [...next.gone, ...changed] };
    if (reachesFar(difference)) return undefined;
    forgetStale(session, difference);
    return { session, parsed: next.parsed };
  }
}

/** One version, step by step. */
function analysisOf(session: Session, parsed: Parsed, { profile, set = [], ask = [] }: CompileOptions): Analysis {
  const { reporter } = session;
  session.ledger.begin();
  const main = openMain(session, parsed);
  openSettings(session, main, profile, set);
  const asked = ask.map((text) => askedThing(session, main, text));
  const { plan: planned, stages } = makePlan(session, asked);
  const comments = [...session.files.values()].flatMap(({ node }) => node.comments);
  const said = withoutEchoes(withoutAllowed(reporter.found, comments), session.files.values());
  const all = mergeRepeats(inSourceOrder(said));
  const diagnostics = withoutMost(all, limits.mistakes, reporter.full, { source: main.source, start: 0, end: 0 });
  const failed = diagnostics.some(({ severity }) => severity === "error");
  const sources = [...session.files.values()].map((file) => file.source);
  return { plan: failed ? undefined : planned, planned, stages, asked, sources, diagnostics, session };
}
