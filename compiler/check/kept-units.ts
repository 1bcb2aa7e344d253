import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { type Anchor, AnchoredSpan, type Span } from "../diagnostics/source.ts";
import { isUnit, type Unit } from "./ledger.ts";

interface Kept {
  /** Names in the text that decides it; with what those name, and so on, they are all that it can depend on. */
  readonly words: ReadonlySet<string>;
  /** Declarations that it was written in, or that what it says points to. */
  readonly anchors: ReadonlySet<Anchor>;
  /** Units that it is a part of. */
  readonly askers: Set<Unit>;
  readonly drop: () => void;
  /** Whether another stands for it now: it stays only as a part of others. */
  replaced: boolean;
}

/** What is kept from one version of a text to the next, found by what can make it stale: an edit costs what it concerns, not what is kept. */
export class KeptUnits {
  readonly #kept = new Map<Unit, Kept>();
  readonly #byWord = new Map<string, Set<Unit>>();
  readonly #byAnchor = new Map<Anchor, Set<Unit>>();
  /** Units that say what may be meant, which depends on all names that there are. */
  readonly #helping = new Set<Unit>();
  /** Units that hold for one version: what came of them depends on who asked first, or they speak of a place that does not move. */
  readonly #passing = new Set<Unit>();

  /** `drop` forgets the unit where it is looked up. */
  keep(unit: Unit, words: ReadonlySet<string>, writtenIn: Iterable<Anchor>, drop: () => void): void {
    const anchors = new Set(writtenIn);
    if (unit.looped) this.#passing.add(unit);
    for (const event of unit.events) {
      if (isUnit(event)) {
        this.#kept.get(event)?.askers.add(unit);
        continue;
      }
      if (event.help !== undefined) this.#helping.add(unit);
      for (const span of placesOf(event)) {
        if (span instanceof AnchoredSpan) anchors.add(span.anchor);
        else this.#passing.add(unit);
      }
    }
    for (const word of words) enter(this.#byWord, word, unit);
    for (const anchor of anchors) enter(this.#byAnchor, anchor, unit);
    this.#kept.set(unit, { words, anchors, askers: new Set(), drop, replaced: false });
  }

  /** Another unit stands for it from now on. */
  replace(unit: Unit): void {
    const kept = this.#kept.get(unit);
    if (kept === undefined) return;
    kept.replaced = true;
    if (kept.askers.size === 0) this.#leave(unit);
  }

  /** Forgets units that name one of these, that were written in or speak of a declaration that is gone, and all that asked for them. */
  forget(names: Iterable<string>, renamed: boolean): void {
    const stale = new Set(this.#passing);
    const mark = (units: Iterable<Unit> = []) => {
      for (const unit of units) stale.add(unit);
    };
    for (const name of names) mark(this.#byWord.get(name));
    for (const [anchor, units] of this.#byAnchor) if (anchor.gone) mark(units);
    if (renamed) mark(this.#helping);
    // Those added on the way are met too.
    for (const unit of stale) mark(this.#kept.get(unit)?.askers);
    for (const unit of stale) this.#leave(unit);
  }

  #leave(unit: Unit): void {
    const kept = this.#kept.get(unit);
    if (kept === undefined) return;
    this.#kept.delete(unit);
    kept.drop();
    for (const word of kept.words) leave(this.#byWord, word, unit);
    for (const anchor of kept.anchors) leave(this.#byAnchor, anchor, unit);
    this.#helping.delete(unit);
    this.#passing.delete(unit);
    for (const event of unit.events) {
      const part = isUnit(event) ? this.#kept.get(event) : undefined;
      if (part === undefined || !isUnit(event)) continue;
      part.askers.delete(unit);
      if (part.replaced && part.askers.size === 0) this.#leave(event);
    }
  }
}

function placesOf({ span, related, fix }: Diagnostic): readonly Span[] {
  return [span, ...(fix === undefined ? [] : [fix.span, ...(fix.also ?? [])]), ...related.map((note) => note.span)];
}

function enter<Key>(index: Map<Key, Set<Unit>>, key: Key, unit: Unit): void {
  const known = index.get(key);
  if (known === undefined) index.set(key, new Set([unit]));
  else known.add(unit);
}

function leave<Key>(index: Map<Key, Set<Unit>>, key: Key, unit: Unit): void {
  const units = index.get(key);
  units?.delete(unit);
  if (units?.size === 0) index.delete(key);
}
