import { type Anchor, AnchoredSpan, type Span } from "../diagnostics/source.ts";
import type { KeptUnits } from "./kept-units.ts";
import type { Ledger, Unit } from "./ledger.ts";

/** A text, or a declaration: with it goes what is known of it. */
type Key = string | { readonly span: Span };

interface Entry<T> {
  readonly unit: Unit<T>;
  readonly label: string;
}

export interface Wanted<T> {
  /** The text that decides the unit: when something that its words lead to is edited, the unit is worked out again. */
  readonly decidedBy: () => string;
  /** Declarations that what it is made of was written in, beyond those that the words lead to. */
  readonly writtenIn?: () => ReadonlySet<Anchor>;
  /** What people call it; what was said under another name is said again. */
  readonly label?: string;
  /** What it is while it is in the making. */
  readonly inTheMaking: () => T;
}

/** Units of one kind by what decides them. */
export class Memo<T> {
  readonly #ledger: Ledger;
  readonly #kept: KeptUnits;
  readonly #entries = new Map<Key, Entry<T>>();
  readonly #making = new Map<Key, number>();

  constructor({ ledger, kept }: Keeper) {
    this.#ledger = ledger;
    this.#kept = kept;
  }

  get(key: Key, make: () => T, { decidedBy, writtenIn, label = "", inTheMaking }: Wanted<T>): T {
    const ledger = this.#ledger;
    const depth = this.#making.get(key);
    if (depth !== undefined) {
      ledger.meet(depth);
      return inTheMaking();
    }
    const known = this.#entries.get(key);
    if (known !== undefined && (known.label === label || known.unit.lastAsked === ledger.version || known.unit.quiet)) {
      ledger.ask(known.unit);
      return known.unit.value;
    }
    this.#making.set(key, ledger.depth);
    try {
      const unit = ledger.run(make);
      if (ledger.stopped) return unit.value;
      if (known !== undefined) this.#kept.replace(known.unit);
      this.#entries.set(key, { unit, label });
      const drop = () => {
        if (this.#entries.get(key)?.unit === unit) this.#entries.delete(key);
      };
      const anchors = [...(writtenIn?.() ?? [])];
      if (typeof key !== "string" && key.span instanceof AnchoredSpan) anchors.push(key.span.anchor);
      this.#kept.keep(unit, wordsIn(decidedBy()), anchors, drop);
      return unit.value;
    } finally {
      this.#making.delete(key);
    }
  }

  /** What was worked out, if it was; without asking for it. */
  peek(key: Key): { readonly value: T } | undefined {
    return this.#entries.get(key)?.unit;
  }
}

/** Whoever keeps units, and what happens while they are worked out. */
export interface Keeper {
  readonly ledger: Ledger;
  readonly kept: KeptUnits;
}

/** A kind of units; each keeper has a memo of its own for it. */
export function memoKind<T>(): (keeper: Keeper) => Memo<T> {
  const memos = new WeakMap<Keeper, Memo<T>>();
  return (keeper) => {
    const known = memos.get(keeper);
    if (known !== undefined) return known;
    const memo = new Memo<T>(keeper);
    memos.set(keeper, memo);
    return memo;
  };
}

/** The words of a text. */
export function wordsIn(text: string): ReadonlySet<string> {
  return new Set(text.match(/[A-Za-z_]\w*/g));
}
