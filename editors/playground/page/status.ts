import { button, counted, element } from "./dom.ts";
import type { State, Store } from "./state.ts";

/** Below the editor: what the compiler is doing or has found, and a way out when it takes long. */
export function statusLine(store: Store, acts: { readonly stop: () => void; readonly again: () => void }): HTMLElement {
  const said = element("span", { role: "status" });
  const stop = button("stop", { class: "link" }, acts.stop);
  const again = button("try again", { class: "link" }, acts.again);
  const waiting = element("span", { hidden: true }, "checking …");
  let slow: ReturnType<typeof setTimeout> | undefined;
  const show = (state: State) => {
    said.textContent = textOf(state);
    said.className = classOf(state);
    said.setAttribute("aria-busy", String(state.activity.kind === "checking"));
    again.hidden = state.activity.kind !== "stopped" && state.activity.kind !== "failed";
  };
  const begin = (state: State) => {
    clearTimeout(slow);
    stop.hidden = true;
    waiting.hidden = true;
    if (state.activity.kind !== "checking") return;
    // Most checks are over before anyone could read or press this.
    slow = setTimeout(() => {
      stop.hidden = false;
      waiting.hidden = state.checked === undefined;
    }, 1000);
  };
  store.listen((state, before) => {
    if (state.activity !== before.activity) begin(state);
    show(state);
  });
  begin(store.state);
  show(store.state);
  return element(
    "footer",
    {},
    said,
    waiting,
    stop,
    again,
    element("span", { class: "space" }),
    element("a", { href: "licences.txt" }, "licences"),
  );
}

function textOf({ activity, checked }: State): string {
  switch (activity.kind) {
    case "stopped":
      return "The check took too long and was stopped.";
    case "failed":
      return `abaw failed: ${activity.message}`;
    default:
      return checked === undefined ? "starting the compiler …" : foundText(checked.found);
  }
}

function foundText({ problems, stages, exports, milliseconds }: NonNullable<State["checked"]>["found"]): string {
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const warnings = problems.filter(({ severity }) => severity === "warning").length;
  return [
    ...(errors > 0 ? [counted(errors, "error")] : []),
    ...(warnings > 0 ? [counted(warnings, "warning")] : []),
    counted(stages.length, "stage"),
    ...(exports.length > 0 ? [counted(exports.length, "export")] : []),
    `checked in ${Math.max(1, Math.round(milliseconds))} ms`,
  ].join(" · ");
}

function classOf({ activity, checked }: State): string {
  if (activity.kind === "failed" || activity.kind === "stopped") return "bad";
  return checked?.found.problems.some(({ severity }) => severity === "error") ? "bad" : "good";
}
