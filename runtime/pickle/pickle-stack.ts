import { type Construct, type Pickled, PickleError } from "./pickled.ts";

export const mark = Symbol("mark");
export type Slot = Pickled | typeof mark;

/** What a pickle works on: a stack with marks, and what it remembers by number. */
export class PickleStack {
  readonly #slots: Slot[] = [];
  readonly #memo = new Map<number, Pickled>();

  push(slot: Slot): void {
    this.#slots.push(slot);
  }

  pop(): Pickled {
    return plain(this.#slots.pop());
  }

  top(): Pickled {
    return plain(this.#slots.at(-1));
  }

  /** The last few, in their order. */
  popped(count: number): Pickled[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  /** All since the last mark. */
  marked(): Pickled[] {
    const at = this.#slots.lastIndexOf(mark);
    if (at < 0) throw new PickleError("a mark in it is missing");
    return this.#slots.splice(at).slice(1).map(plain);
  }

  list(): Pickled[] {
    const top = this.top();
    if (!Array.isArray(top)) throw new PickleError("it adds to what is no list");
    return top;
  }

  map(): Map<Pickled, Pickled> {
    const top = this.top();
    if (!(top instanceof Map)) throw new PickleError("it adds to what is no dictionary");
    return top;
  }

  /** Makes an object of what stands for its class. */
  make(construct: Pickled, args: Pickled): void {
    if (!isConstruct(construct)) throw new PickleError("it calls what cannot be called");
    this.push(construct(Array.isArray(args) ? args : []));
  }

  remember(place: number = this.#memo.size): void {
    this.#memo.set(place, this.top());
  }

  recall(place: number): void {
    const slot = this.#memo.get(place);
    if (slot === undefined) throw new PickleError("it remembers what it never had");
    this.push(slot);
  }
}

function isConstruct(value: Pickled): value is Construct {
  return typeof value === "function";
}

function plain(slot: Slot | undefined): Pickled {
  if (slot === undefined || slot === mark) throw new PickleError("it takes more than it gave");
  return slot;
}
