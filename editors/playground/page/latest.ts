import type { Made } from "../protocol.ts";
import type { Outcome } from "./ask.ts";

export type Shown<T> =
  | { readonly kind: "nothing" }
  | { readonly kind: "made"; readonly key: string; readonly value: T }
  | { readonly kind: "cannot"; readonly key: string; readonly reason: string };

/** What a worker made last for a key. A new key asks again; the old thing stays until the new one is there. */
export class Latest<Input, T> {
  readonly #ask: (input: Input) => Promise<Outcome<Made<T>>>;
  readonly #changed: () => void;
  #wanted = "";
  #shown: Shown<T> = { kind: "nothing" };
  #pending = false;

  constructor(ask: (input: Input) => Promise<Outcome<Made<T>>>, changed: () => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  get shown(): Shown<T> {
    return this.#shown;
  }

  get pending(): boolean {
    return this.#pending;
  }

  /** Asks for an input if it is another than the last one. */
  want(input: Input): void {
    const key = JSON.stringify(input);
    if (key === this.#wanted) return;
    this.#wanted = key;
    this.#pending = true;
    void this.#make(key, input);
  }

  async #make(key: string, input: Input): Promise<void> {
    const outcome = await this.#ask(input);
    if (key !== this.#wanted || outcome.kind === "superseded") return;
    this.#pending = false;
    this.#shown = shownOf(key, outcome);
    this.#changed();
  }
}

function shownOf<T>(key: string, outcome: Exclude<Outcome<Made<T>>, { readonly kind: "superseded" }>): Shown<T> {
  if (outcome.kind === "stopped") return { kind: "cannot", key, reason: "This took too long and was stopped." };
  if (outcome.kind === "failed") return { kind: "cannot", key, reason: `abaw failed: ${outcome.message}` };
  const { value: made } = outcome;
  return made.kind === "made" ? { kind: "made", key, value: made.value } : { kind: "cannot", key, reason: made.reason };
}
