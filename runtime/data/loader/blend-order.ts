import type { Windows } from "../clips/clip-windows.ts";
import { epochOrder, hash, weightedOrder } from "./random.ts";

/** Windows of a batch, and numbers that tell their draws apart. */
export interface DrawnWindows {
  readonly windows: Int32Array;
  readonly draws: Int32Array;
}

export interface BlendRequest {
  readonly windows: Windows;
  /** Of the table's rows, the first of each data set. */
  readonly starts: readonly number[];
  readonly batch: number;
  readonly seed: number;
  /** Each data set's share of the batch of a step, counted from 0: they come to 1. */
  readonly sharesAt: (step: number) => readonly number[];
  /** In training windows are drawn with replacement in proportion to these; without, each comes once in a pass over its data. */
  readonly weights?: Float64Array | undefined;
}

/**
 * Which windows of several data sets come in which step. Each data set is gone through in orders of its own, pass after pass; a batch
 * takes of each what its share comes to, and what is less than a whole window is carried over. An epoch has the steps of a pass over the
 * first one (language rule 11).
 */
export class BlendOrder {
  readonly steps: number;
  readonly #request: BlendRequest;
  /** Windows of each data set. */
  readonly #own: readonly Int32Array[];
  readonly #orders: ({ readonly pass: number; readonly order: Int32Array } | undefined)[] = [];
  /** Before `#step`: how many windows were taken of each, and what is carried over. */
  #step = 0;
  #taken: readonly number[];
  #carried: readonly number[];

  constructor(request: BlendRequest) {
    const { windows, starts, batch } = request;
    this.#request = request;
    const partOf = (window: number) => {
      const first = windows.rows
        .subarray(window * windows.length, (window + 1) * windows.length)
        .find((row) => row >= 0);
      return starts.findLastIndex((start) => start <= (first ?? 0));
    };
    const parts = Int32Array.from({ length: windows.count }, (_, window) => partOf(window));
    this.#own = starts.map((_, part) =>
      Int32Array.from({ length: windows.count }, (_, window) => window).filter((window) => parts[window] === part),
    );
    this.steps = Math.ceil((this.#own[0]?.length ?? 0) / batch);
    this.#taken = starts.map(() => 0);
    this.#carried = starts.map(() => 0);
  }

  /** How many windows each data set has. */
  get counts(): readonly number[] {
    return this.#own.map(({ length }) => length);
  }

  at(step: number): DrawnWindows {
    if (step < this.#step) {
      this.#step = 0;
      this.#taken = this.#taken.map(() => 0);
      this.#carried = this.#carried.map(() => 0);
    }
    while (this.#step < step) this.#advance(this.#countsAt(this.#step));
    const counts = this.#countsAt(step);
    const drawn = counts.flatMap(({ count }, part) =>
      Array.from({ length: count }, (_, k) => {
        const place = (this.#taken[part] ?? 0) + k;
        return { window: this.#windowAt(part, place), draw: place };
      }),
    );
    return {
      windows: Int32Array.from(drawn, ({ window }) => window),
      draws: Int32Array.from(drawn, ({ draw }) => draw),
    };
  }

  /** Of each data set how many windows a step takes, and what it then leaves over: whole parts first, the rest where most is left. */
  #countsAt(step: number): readonly { readonly count: number; readonly left: number }[] {
    const { batch, sharesAt } = this.#request;
    const wanted = sharesAt(step).map((share, part) => (share === 0 ? 0 : share * batch + (this.#carried[part] ?? 0)));
    const counts = wanted.map((each) => Math.max(0, Math.floor(each + rounding)));
    const left = (part: number) => (wanted[part] ?? 0) - (counts[part] ?? 0);
    for (
      let missing = batch - counts.reduce((sum, count) => sum + count, 0);
      missing !== 0;
      missing -= Math.sign(missing)
    ) {
      const parts = wanted.map((_, part) => part).filter((part) => ((missing > 0 ? wanted : counts)[part] ?? 0) > 0);
      const most = parts.reduce((a, b) => ((left(b) - left(a)) * missing > rounding ? b : a), parts[0] ?? 0);
      counts[most] = (counts[most] ?? 0) + Math.sign(missing);
    }
    return counts.map((count, part) => ({ count, left: left(part) }));
  }

  #advance(counts: readonly { readonly count: number; readonly left: number }[]): void {
    this.#taken = this.#taken.map((taken, part) => taken + (counts[part]?.count ?? 0));
    this.#carried = counts.map(({ left }) => left);
    this.#step += 1;
  }

  #windowAt(part: number, place: number): number {
    const own = this.#own[part] ?? new Int32Array();
    const pass = Math.floor(place / own.length);
    if (this.#orders[part]?.pass !== pass) {
      const { seed, weights } = this.#request;
      const key = part === 0 ? seed : hash(seed, part, 0xb1e4);
      const order =
        weights === undefined
          ? epochOrder(own.length, key, pass)
          : weightedOrder(
              Float64Array.from(own, (window) => weights[window] ?? 1),
              key,
              pass,
            );
      this.#orders[part] = { pass, order };
    }
    return own[this.#orders[part]?.order[place % own.length] ?? 0] ?? 0;
  }
}

/** Sums of shares miss whole numbers by so much at most. */
const rounding = 1e-9;
