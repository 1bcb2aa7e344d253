import type { Anchor } from "../diagnostics/source.ts";
import type { Ledger, Unit } from "./ledger.ts";

interface Entry<T> {
  readonly unit: Unit<T>;
  /** Names in the text that decides it; with what those name, and so on, they are all that it can depend on. */
  readonly words: ReadonlySet<string>;
  readonly label: string;
  readonly anchors: ReadonlySet<Anchor>;
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
  readonly #entries = new Map<string | object, Entry<T>>();
  readonly #making = new Map<string | object, number>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  get(key: string | object, make: () => T, { decidedBy, writtenIn, label = "", inTheMaking }: Wanted<T>): T {
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
      const anchors = writtenIn?.() ?? new Set<Anchor>();
      if (!ledger.stopped) this.#entries.set(key, { unit, words: wordsIn(decidedBy()), label, anchors });
      return unit.value;
    } finally {
      this.#making.delete(key);
    }
  }

  /** What was worked out, if it was; without asking for it. */
  peek(key: string | object): { readonly value: T } | undefined {
    return this.#entries.get(key)?.unit;
  }

  /** Units whose words a test finds, or that were written in a declaration that is gone. */
  touched(test: (words: ReadonlySet<string>) => boolean): readonly Unit[] {
    return [...this.#entries.values()]
      .filter(({ words, anchors }) => test(words) || isGone(anchors))
      .map(({ unit }) => unit);
  }

  forget(isStale: (unit: Unit) => boolean): void {
    for (const [key, { unit }] of this.#entries) if (isStale(unit)) this.#entries.delete(key);
  }
}

function isGone(anchors: ReadonlySet<Anchor>): boolean {
  for (const { gone } of anchors) if (gone) return true;
  return false;
}

/** Whoever keeps units: one ledger, and a memo for each kind that was asked for. */
export interface Keeper {
  readonly ledger: Ledger;
  readonly memos: Pick<Memo<unknown>, "touched" | "forget">[];
}

/** A kind of units; each keeper has a memo of its own for it. */
export function memoKind<T>(): (keeper: Keeper) => Memo<T> {
  const memos = new WeakMap<Keeper, Memo<T>>();
  return (keeper) => {
    const known = memos.get(keeper);
    if (known !== undefined) return known;
    const memo = new Memo<T>(keeper.ledger);
    memos.set(keeper, memo);
    keeper.memos.push(memo);
    return memo;
  };
}

/** The words of a text. */
export function wordsIn(text: string): ReadonlySet<string> {
  return new Set(text.match(/[A-Za-z_]\w*/g));
}
