import type { Span } from "../diagnostics/source.ts";
import type { Value } from "../ir/graph.ts";
import { noResults, type Results } from "../lower/results.ts";
import type { Expr } from "../syntax/ast.ts";
import type { Env } from "./env.ts";
import type { Inspect } from "./file-header.ts";
import type { FileScope } from "./files.ts";
import { KeptUnits } from "./kept-units.ts";
import type { Ledger } from "./ledger.ts";
import type { ModelBuild } from "./model-build.ts";
import type { Recording } from "./recording.ts";
import type { Reporter } from "./reporter.ts";
import type { Thing } from "./things.ts";

/** One `path: value` of a profile or of `--set`: stronger than arguments and `with`; later ones win. */
export interface Setting {
  readonly path: readonly string[];
  /** Where each segment of the path stands. */
  readonly places: readonly Span[];
  readonly expr: Expr;
  readonly env: Env;
  readonly span: Span;
}

/** A file that is there and that cannot be read. */
export interface Unreadable {
  readonly problem: string;
}

/** The text of a used file by its path (`std/..` for the language's own), undefined if there is none, or why it cannot be read. */
export type ReadUsed = (path: string) => string | Unreadable | undefined;

/** Told of each expression that is evaluated, what it means there; the same text can be evaluated many times. */
export type Observe = (expr: Expr, thing: Thing, env: Env) => void;

/** Told of a use of a module that is done as it was recorded, under another path: nothing in it is evaluated. `values` has the new by the old. */
export type Again = (recording: Recording, build: ModelBuild, path: string, values: ReadonlyMap<Value, Value>) => void;

/** What one check knows and has found so far, over the versions of its text. Everything in it is a memo: asking again gives the same answer. */
export interface Session {
  readonly reporter: Reporter;
  /** What happens in this version of the text, and what is kept of it and those before. */
  readonly ledger: Ledger;
  readonly kept: KeptUnits;
  /** The text of a used file by its path, undefined if there is none, or why it cannot be read. */
  readonly read: ReadUsed;
  /** What can be known of a file that the spec names, or undefined where no file can be looked at. */
  readonly inspect: Inspect | undefined;
  readonly observe: Observe | undefined;
  readonly again: Again | undefined;
  readonly files: Map<string, FileScope>;
  settings: readonly Setting[];
  /** What was reached of what the plan waits for. */
  results: Results;
  /** A number for each object that is asked for, the same each time. */
  readonly idOf: (thing: object) => number;
  /** Keys of maps that something has read. */
  readonly reads: WeakMap<ReadonlyMap<string, Thing>, Set<string>>;
  /** Parameters whose default, and data whose block, is being evaluated. */
  readonly evaluating: Set<object>;
  /** How many expressions that stand in one another are being evaluated. */
  nested: number;
  /** The file that was asked for. */
  main: FileScope | undefined;
}

export function newSession(
  reporter: Reporter,
  read: ReadUsed,
  inspect: Inspect | undefined,
  observe?: Observe,
  again?: Again,
): Session {
  return {
    reporter,
    read,
    inspect,
    observe,
    again,
    ledger: reporter.ledger,
    kept: new KeptUnits(),
    files: new Map(),
    settings: [],
    results: noResults,
    idOf: numbering(),
    reads: new WeakMap(),
    evaluating: new Set(),
    nested: 0,
    main: undefined,
  };
}

/** The largest spec that comes with abaw, 53 stages with all their models, takes some 185,000. */
const workLimit = 2_000_000;

/**
 * Counts expressions that are evaluated, rounds of loops and what modules do again; a spec from outside must not keep the checker busy
 * for ever (language rule 92).
 */
export function spend(session: Session, span: Span, steps = 1): void {
  const { ledger, reporter } = session;
  ledger.spend(steps);
  if (ledger.work <= workLimit) return;
  if (ledger.exhaust()) reporter.refuse("too-much", span, { limit: workLimit });
  reporter.silent();
}

/** The same for a text that was put together. */
export function spendText(session: Session, span: Span, { length }: string): void {
  spend(session, span, length >> 4);
}

/** Expressions, and with more weight names, stages and modules, that stand in one another: each takes its share of the machine's stack. */
const depthLimit = 800;
const weightOfUnit = 4;

/** Goes one expression deeper; `leave` goes back. */
export function enter(session: Session, span: Span): void {
  const { ledger, reporter } = session;
  if (ledger.full) reporter.silent();
  spend(session, span);
  if (session.nested + weightOfUnit * ledger.depth >= depthLimit)
    reporter.refuse("too-deep", span, { limit: depthLimit, parts: "expressions in one another" });
  session.nested += 1;
}

export function leave(session: Session): void {
  session.nested -= 1;
}

function numbering(): (thing: object) => number {
  const numbers = new WeakMap<object, number>();
  let last = 0;
  return (thing) => {
    const known = numbers.get(thing);
    if (known !== undefined) return known;
    last += 1;
    numbers.set(thing, last);
    return last;
  };
}

/** Notes that a key of a map was read: a number that nothing reads is told (language rule 89). */
export function noteRead(session: Session, entries: ReadonlyMap<string, Thing>, key: string): void {
  const known = session.reads.get(entries);
  if (known === undefined) session.reads.set(entries, new Set([key]));
  else known.add(key);
}
