import type { State } from "../state.ts";

/** What is behind a tab. */
export interface TabView {
  readonly element: HTMLElement;
  /** Called at every change while it is in sight. */
  show(state: State): void;
}
