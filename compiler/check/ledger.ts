import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { invariant } from "../ir/invariant.ts";
import { Places } from "./places.ts";

/**
 * One thing that was worked out, with all that happened on the way. Asking for it again, in this version of a text or, if nothing that
 * it depends on was edited, in a later one, gives the same value and says the same.
 */
export interface Unit<T = unknown> {
  readonly value: T;
  /** What was said, and what else was asked for, in order; each once. */
  readonly events: ReadonlySet<Diagnostic | Unit>;
  /** Rounds of loops and uses of modules, without those of other units. */
  readonly work: number;
  /** Declarations and settings that it named. */
  readonly used: ReadonlySet<object>;
  /** Whether nothing was said in it and those it asked for. */
  readonly quiet: boolean;
  /** Whether it was asked for while it was in the making: then what came of it depends on who asked first. */
  readonly looped: boolean;
  /** The version in which it was last asked for. */
  lastAsked: number;
}

interface OpenUnit {
  readonly events: Set<Diagnostic | Unit>;
  readonly used: Set<object>;
  work: number;
  looped: boolean;
}

const opened = (): OpenUnit => ({ events: new Set(), used: new Set(), work: 0, looped: false });

/** So many errors are kept, and so many diagnostics of other kinds, at as many places: more than are ever shown. */
const most = 1000;

/** What happens in one version of a check, unit by unit. */
export class Ledger {
  /** Counts the versions of the text. */
  version = 0;
  /** How many errors were met so far, how often something was said, and how much work was done. */
  errors = 0;
  said = 0;
  work = 0;
  #exhausted = false;
  #places = { errors: new Places(), others: new Places() };
  #used = new Set<object>();
  #open: OpenUnit[] = [opened()];

  /** Begins the next version: nothing has been asked for yet. */
  begin(): void {
    this.version += 1;
    this.errors = 0;
    this.said = 0;
    this.work = 0;
    this.#exhausted = false;
    this.#places = { errors: new Places(), others: new Places() };
    this.#used = new Set();
    this.#open = [opened()];
  }

  say(diagnostic: Diagnostic): void {
    if (this.#count(diagnostic)) this.#innermost.events.add(diagnostic);
  }

  /** Whether so much is wrong that nothing more is looked at. */
  get full(): boolean {
    return this.#places.errors.size >= most;
  }

  /** Whether nothing more is looked at: what is worked out from then on is worth nothing later. */
  get stopped(): boolean {
    return this.full || this.#exhausted;
  }

  /** Ends all work of this version; true the first time. */
  exhaust(): boolean {
    const first = !this.#exhausted;
    this.#exhausted = true;
    return first;
  }

  /** Notes that a declaration was named, or a setting read. */
  use(thing: object): void {
    this.#used.add(thing);
    this.#innermost.used.add(thing);
  }

  isUsed(thing: object): boolean {
    return this.#used.has(thing);
  }

  spend(rounds: number): void {
    this.work += rounds;
    this.#innermost.work += rounds;
  }

  /** Works something out as a unit of its own, a part of the one that asks. */
  run<T>(make: () => T): Unit<T> {
    const around = this.#innermost;
    const open = opened();
    this.#open.push(open);
    try {
      const value = make();
      const quiet = [...open.events].every((event) => isUnit(event) && event.quiet);
      const unit: Unit<T> = { value, ...open, quiet, lastAsked: this.version };
      around.events.add(unit);
      return unit;
    } catch (problem) {
      // What is given up is no unit: what happened in it happened in the one around it.
      for (const event of open.events) around.events.add(event);
      for (const thing of open.used) around.used.add(thing);
      around.work += open.work;
      around.looped ||= open.looped;
      throw problem;
    } finally {
      this.#open.pop();
    }
  }

  /** Asks for a unit that is there: the first time in a version, all that happened on its way happens again. */
  ask(unit: Unit): void {
    this.#innermost.events.add(unit);
    this.#redo(unit);
  }

  /** How many units are open; what `meet` is told. */
  get depth(): number {
    return this.#open.length;
  }

  /** Notes that a unit which was opened at a depth is needed by itself. */
  meet(depth: number): void {
    for (const open of this.#open.slice(depth)) open.looped = true;
  }

  /** Everything said in this version, in the order in which it was met; each unit speaks where it was first asked for. */
  get found(): readonly Diagnostic[] {
    const found: Diagnostic[] = [];
    const heard = new Set<Unit>();
    const hear = (events: Iterable<Diagnostic | Unit>): void => {
      for (const event of events) {
        if (!isUnit(event)) found.push(event);
        else if (!event.quiet && !heard.has(event)) {
          heard.add(event);
          hear(event.events);
        }
      }
    };
    for (const { events } of this.#open) hear(events);
    return found;
  }

  get #innermost(): OpenUnit {
    const open = this.#open.at(-1);
    invariant(open !== undefined, "the whole check is a unit");
    return open;
  }

  /** Whether what is said is kept. */
  #count(diagnostic: Diagnostic): boolean {
    const isError = diagnostic.severity === "error";
    this.said += 1;
    if (isError) this.errors += 1;
    const places = isError ? this.#places.errors : this.#places.others;
    if (places.size >= most) return places.has(diagnostic);
    places.add(diagnostic);
    return true;
  }

  #redo(unit: Unit): void {
    if (unit.lastAsked === this.version) return;
    unit.lastAsked = this.version;
    this.work += unit.work;
    for (const thing of unit.used) this.#used.add(thing);
    for (const event of unit.events) {
      if (isUnit(event)) this.#redo(event);
      else this.#count(event);
    }
  }
}

export function isUnit(event: Diagnostic | Unit): event is Unit {
  return "events" in event;
}
