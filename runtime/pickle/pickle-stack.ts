import { InertObject } from "./inert-object.ts";
import { type Construct, type Pickled, PickleError, Stateful } from "./pickled.ts";

export const mark = Symbol("mark");
export type Slot = Pickled | typeof mark;

/** A pickle of a byte can make an object of a hundred: so much room for objects is given, counted as below, and so many places to remember. */
const mostRoom = 1 << 22;
const mostRemembered = 1 << 22;

/** What a pickle works on: a stack with marks, and what it remembers by number. */
export class PickleStack {
  readonly #slots: Slot[] = [];
  readonly #memo = new Map<number, Pickled>();
  #left: number;
  #room = mostRoom;

  /** `mostMade`: how many bytes and entries may be made in all by what is called, which may be given one thing again and again. */
  constructor(mostMade: number) {
    this.#left = mostMade;
  }

  push(slot: Slot): void {
    this.#slots.push(slot);
  }

  /** Something new: a dictionary or an object takes room. */
  pushNew<T extends Pickled>(made: T): T {
    if (made instanceof Map || made instanceof InertObject) this.#room -= 4;
    else if (made instanceof Stateful) this.#room -= 1;
    if (this.#room < 0) throw new PickleError("it makes more objects than any file of numbers");
    this.#slots.push(made);
    return made;
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
    if (top instanceof InertObject) return top.items;
    if (!Array.isArray(top)) throw new PickleError("it adds to what is no list");
    return top;
  }

  map(): Map<Pickled, Pickled> {
    const top = this.top();
    if (top instanceof InertObject) return top.entries;
    if (!(top instanceof Map)) throw new PickleError("it adds to what is no dictionary");
    return top;
  }

  /** Makes an object of what stands for its class. */
  make(construct: Pickled, args: Pickled): void {
    if (!isConstruct(construct)) throw new PickleError("it calls what cannot be called");
    const made = construct(Array.isArray(args) ? args : []);
    this.#left -= sizeOf(made);
    if (this.#left < 0) throw new PickleError("it makes more than it has bytes for");
    this.pushNew(made);
  }

  remember(place: number = this.#memo.size): void {
    if (this.#memo.size >= mostRemembered) throw new PickleError(`it remembers more than ${mostRemembered} things`);
    this.#memo.set(place, this.top());
  }

  recall(place: number): void {
    const slot = this.#memo.get(place);
    if (slot === undefined) throw new PickleError("it remembers what it never had");
    this.push(slot);
  }
}

function sizeOf(made: Pickled): number {
  if (made instanceof Uint8Array || Array.isArray(made)) return made.length + 1;
  return made instanceof Map ? made.size + 1 : 1;
}

function isConstruct(value: Pickled): value is Construct {
  return typeof value === "function";
}

function plain(slot: Slot | undefined): Pickled {
  if (slot === undefined || slot === mark) throw new PickleError("it takes more than it gave");
  return slot;
}
