import type { OnnxNode } from "../../../../compiler/emit/onnx/list-nodes.ts";
import type { CompilerCalls, OnnxFile, Spec, Subject } from "../../protocol.ts";
import type { Asker } from "../ask.ts";
import { button, element } from "../dom.ts";
import { Latest } from "../latest.ts";
import { Rows } from "../rows.ts";
import { type State, type Store, subjectOf } from "../state.ts";
import { explained } from "./explained.ts";
import { cells, countsOf, details, nodeText, summaryOf } from "./onnx-node.ts";
import type { TabView } from "./tab.ts";

const rowHeight = 28;

/** The nodes of the emitted file of a stage or an export, in its order. */
export function onnxTab(store: Store, compiler: Asker<CompilerCalls>): TabView {
  let file: OnnxFile | undefined;
  let op: string | undefined;
  let drawn = "";

  const summary = element("p", { class: "summary" });
  const counts = element("div", { class: "counts", role: "group", "aria-label": "op types" });
  const filter = element("input", { type: "search", placeholder: "filter by name, op or shape", spellcheck: "false" });
  filter.setAttribute("aria-label", "filter the nodes");
  const matching = element("span", { class: "matching", role: "status" });
  const detail = element("div", { class: "detail", hidden: true });
  const rows = new Rows<OnnxNode>("nodes", rowHeight, cells, (node) => {
    detail.hidden = node === undefined;
    detail.replaceChildren(...(node === undefined ? [] : details(node)));
  });
  const download = button("Download .onnx", {}, () => {
    if (file !== undefined) save(file);
  });
  const made = element(
    "div",
    { class: "onnx" },
    element("div", { class: "bar" }, summary, download),
    counts,
    element("div", { class: "bar" }, filter, matching),
    rows.element,
    detail,
  );
  const reason = explained();
  const view = element("div", { class: "fill" }, made, reason.element);

  const list = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const all = file?.nodes ?? [];
    const some = all.filter(
      (node) => (op === undefined || node.op === op) && words.every((word) => nodeText(node).includes(word)),
    );
    matching.textContent = some.length === all.length ? "" : `${some.length.toLocaleString("en")} of them`;
    rows.show(some);
    counts.replaceChildren(
      ...countsOf(all).map(([type, count]) =>
        button(`${type} ${count.toLocaleString("en")}`, { class: "chip", "aria-pressed": String(type === op) }, () => {
          op = type === op ? undefined : type;
          list();
        }),
      ),
    );
  };
  filter.addEventListener("input", list);

  const latest = new Latest<Spec & { readonly subject: Subject }, OnnxFile>(
    (input) => compiler.ask("onnx", input),
    () => show(store.state),
  );
  const show = (state: State) => {
    if (state.checked === undefined) return;
    const subject = subjectOf(state);
    if (subject === undefined) {
      made.hidden = true;
      reason.say("No stage is planned, so there is nothing to write.");
      return;
    }
    latest.want({ ...state.checked.spec, subject });
    view.classList.toggle("stale", latest.pending);
    const { shown } = latest;
    if (shown.kind === "nothing") return;
    made.hidden = shown.kind !== "made";
    reason.say(shown.kind === "cannot" ? shown.reason : undefined);
    if (shown.key === drawn) return;
    drawn = shown.key;
    file = shown.kind === "made" ? shown.value : undefined;
    if (file === undefined) return;
    summary.textContent = summaryOf(file);
    if (!file.nodes.some((node) => node.op === op)) op = undefined;
    list();
  };
  return { element: view, show };
}

function save({ model, file }: OnnxFile): void {
  const address = URL.createObjectURL(new Blob([new Uint8Array(model)], { type: "application/octet-stream" }));
  const link = element("a", { href: address, download: file });
  link.click();
  // The download has taken hold of the bytes when the click is over.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
