/** The page: text to plan, every stage by name. */
import { openFile } from "./check/files.ts";
import { openSettings } from "./check/open-settings.ts";
import { Reporter } from "./check/reporter.ts";
import { type Again, newSession, type Observe, type Session } from "./check/session.ts";
import type { FileHeader } from "./check/weight-files.ts";
import { withoutAllowed } from "./diagnostics/allowed.ts";
import { type Diagnostic, inSourceOrder, withoutMost } from "./diagnostics/diagnostic.ts";
import { mergeRepeats } from "./diagnostics/merge-repeats.ts";
import type { Source } from "./diagnostics/source.ts";
import { makePlan, type PlannedStage } from "./lower/make-plan.ts";
import type { Plan } from "./lower/plan.ts";
import { limits } from "./syntax/index.ts";

export interface CompileOptions {
  /** The text of a used file by its path (`std/..` for the language's own), or undefined if there is none. */
  readonly read: (path: string) => string | undefined;
  /** The header of a weight file, its path as the spec writes it; left out where there are no files, as in a browser. */
  readonly inspect?: (path: string) => FileHeader;
  readonly profile?: string;
  /** `--set path=value`, in order. */
  readonly set?: readonly (readonly [path: string, value: string])[];
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
}

/** Checks a spec whole and, if nothing is wrong, gives its plan. Never throws for what the text says. */
export function compile(source: Source, options: CompileOptions): Compiled {
  const { plan, sources, diagnostics } = analyse(source, options);
  return { plan, sources, diagnostics };
}

/** The same, keeping what every name and expression turned out to be; `observe` and `again` are told of it. */
export function analyse(source: Source, options: CompileOptions, observe?: Observe, again?: Again): Analysis {
  const reporter = new Reporter();
  const session = newSession(reporter, options.read, options.inspect, observe, again);
  session.main = openFile(session, source);
  openSettings(session, session.main, options.profile, options.set ?? []);
  const { plan: planned, stages } = makePlan(session);
  const comments = [...session.files.values()].flatMap(({ node }) => node.comments);
  const all = mergeRepeats(inSourceOrder(withoutAllowed(reporter.found, comments)));
  const diagnostics = withoutMost(all, limits.mistakes, reporter.full, { source, start: 0, end: 0 });
  const failed = diagnostics.some(({ severity }) => severity === "error");
  const sources = [...session.files.values()].map((file) => file.source);
  return { plan: failed ? undefined : planned, planned, stages, sources, diagnostics, session };
}
