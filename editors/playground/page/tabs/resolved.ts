import type { EditorView } from "@codemirror/view";
import type { CompilerCalls, Spec } from "../../protocol.ts";
import type { Asker } from "../ask.ts";
import { copyText } from "../copy-text.ts";
import { button, element } from "../dom.ts";
import { createViewer, replaceText } from "../editor/index.ts";
import { abawLanguage } from "../editor/language.ts";
import { Latest } from "../latest.ts";
import { type State, type Store, shownStage } from "../state.ts";
import { explained } from "./explained.ts";
import type { TabView } from "./tab.ts";

/** A stage's block with every default written out. */
export function resolvedTab(store: Store, compiler: Asker<CompilerCalls>): TabView {
  const host = element("div", { class: "viewer" });
  const viewer: EditorView = createViewer(host, "the stage written out", "", [abawLanguage()]);
  const copy = button("Copy", {}, () => {
    void copyText(viewer.state.doc.toString()).then((done) => {
      copy.textContent = done ? "Copied" : "Not allowed";
      setTimeout(() => {
        copy.textContent = "Copy";
      }, 2000);
    });
  });
  const said = element("p", { class: "summary" }, "Every default written out; pasted back, it means the same.");
  const made = element("div", { class: "resolved" }, element("div", { class: "bar" }, said, copy), host);
  const reason = explained();
  const view = element("div", { class: "fill" }, made, reason.element);
  let drawn = "";
  const latest = new Latest<Spec & { readonly stage: string }, string>(
    (input) => compiler.ask("resolved", input),
    () => show(store.state),
  );
  const show = (state: State) => {
    if (state.checked === undefined) return;
    const stage = shownStage(state);
    if (stage === undefined) {
      made.hidden = true;
      reason.say("No stage is planned, so there is nothing to write out.");
      return;
    }
    latest.want({ ...state.checked.spec, stage });
    view.classList.toggle("stale", latest.pending);
    const { shown } = latest;
    if (shown.kind === "nothing") return;
    made.hidden = shown.kind !== "made";
    reason.say(shown.kind === "cannot" ? shown.reason : undefined);
    if (shown.key === drawn) return;
    drawn = shown.key;
    if (shown.kind === "made") replaceText(viewer, shown.value);
  };
  return { element: view, show };
}
