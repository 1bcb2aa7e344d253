import { chooser, element, offer } from "./dom.ts";
import { exportChoice, type State, type Store, shownStage, subjectOf } from "./state.ts";

/** What is shown in a tab: which stage, and which side of it. */
export function tools(store: Store): HTMLElement {
  const stage = chooser("stage", (value) => store.change({ stage: value }));
  const side = chooser("which graph", (value) =>
    store.change(store.state.tab === "graph" ? { model: value === "b" } : { training: value === "b" }),
  );
  const place = element("div", { class: "tools" }, side, stage);
  let offered = "";
  const show = (state: State) => {
    const { tab, checked } = state;
    const stages = checked?.found.stages ?? [];
    const exports = tab === "onnx" ? (checked?.found.exports ?? []) : [];
    place.hidden = tab === "problems" || stages.length === 0;
    const subject = tab === "onnx" ? subjectOf(state) : undefined;
    const exported = subject?.kind === "export";
    const chosen = exported ? exportChoice(subject.name) : shownStage(state);
    stage.hidden = tab === "graph" && !state.model;
    side.hidden = tab === "resolved" || exported;
    const key = JSON.stringify([tab, stages, exports, chosen, state.model, state.training]);
    if (key === offered) return;
    offered = key;
    offer(
      stage,
      [
        ...stages.map((label) => ({ value: label, label, group: "stages" })),
        ...exports.map((name) => ({ value: exportChoice(name), label: name, group: "exports" })),
      ],
      chosen ?? "",
    );
    const [a, b] = tab === "graph" ? ["all stages", "model of"] : ["inference", "training step"];
    const second = tab === "graph" ? state.model : state.training;
    offer(
      side,
      [
        { value: "a", label: a },
        { value: "b", label: b },
      ],
      second ? "b" : "a",
    );
  };
  store.listen(show);
  show(store.state);
  return place;
}
