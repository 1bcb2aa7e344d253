import type { Checked, Spec, Subject } from "../protocol.ts";
import type { Shared } from "./share.ts";

export type Activity =
  | { readonly kind: "checking" }
  | { readonly kind: "idle" }
  /** The check took too long. */
  | { readonly kind: "stopped" }
  /** The compiler failed, which it never should. */
  | { readonly kind: "failed"; readonly message: string };

/** All that the page shows, but for what is made of it on demand. */
export interface State extends Shared {
  readonly activity: Activity;
  /** The compiler's last answer and what it is of; undefined before the first. */
  readonly checked: { readonly spec: Spec; readonly found: Checked } | undefined;
  /** Said once at the top, such as why a link could not be read. */
  readonly notice: string | undefined;
}

type Listener = (state: State, before: State) => void;

/** The page's state: changed in one place, and everyone who listens is told. */
export class Store {
  #state: State;
  readonly #listeners: Listener[] = [];

  constructor(state: State) {
    this.#state = state;
  }

  get state(): State {
    return this.#state;
  }

  change(changes: Partial<State>): void {
    const before = this.#state;
    this.#state = { ...before, ...changes };
    for (const listener of this.#listeners) listener(this.#state, before);
  }

  listen(listener: Listener): void {
    this.#listeners.push(listener);
  }
}

/** The stage that is shown: the chosen one, or before anyone chose one that which builds on most others. */
export function shownStage({ stage, checked }: State): string | undefined {
  return stage !== undefined && checked?.found.stages.includes(stage) ? stage : checked?.found.furthest;
}

const exported = "export ";

/** The choice of an export, among those of stages. */
export function exportChoice(name: string): string {
  return `${exported}${name}`;
}

/** The graph that is shown; before anyone chose one, what the spec exports. Undefined if there is none. */
export function subjectOf(state: State): Subject | undefined {
  const { stage: chosen, checked, training } = state;
  const exports = checked?.found.exports ?? [];
  const untouched = chosen === undefined && !training;
  const name = untouched ? exports[0] : exports.find((each) => exportChoice(each) === chosen);
  if (name !== undefined) return { kind: "export", name };
  const stage = shownStage(state);
  return stage === undefined ? undefined : { kind: training ? "training" : "inference", stage };
}
