import { depthOf } from "../../../../compiler/draw/depth.ts";
import type { Box, Drawing } from "../../../../compiler/draw/drawing.ts";
import { fold, openTo } from "../../../../compiler/draw/fold.ts";
import { toDot } from "../../../../compiler/draw/to-dot.ts";
import { type CompilerCalls, type LayoutCalls, mainFile, type Spec } from "../../protocol.ts";
import type { Asker } from "../ask.ts";
import { button, element } from "../dom.ts";
import { boxDetails, type ShowLine } from "../graph/box-details.ts";
import { Canvas } from "../graph/canvas.ts";
import { openIn } from "../graph/open-groups.ts";
import { Latest } from "../latest.ts";
import { type State, type Store, shownStage } from "../state.ts";
import { explained } from "./explained.ts";
import type { TabView } from "./tab.ts";

/** The stages in their order, or a stage's model, laid out; a click on a box shows its line, a double click opens or closes a group. */
export function graphTab(
  store: Store,
  compiler: Asker<CompilerCalls>,
  layout: Asker<LayoutCalls>,
  showLine: ShowLine,
): TabView {
  let drawing: Drawing | undefined;
  let shown: Drawing | undefined;
  let open: ReadonlySet<string> = new Set();
  let drawn = "";
  let laying = false;

  const canvas = new Canvas("the graph");
  const detail = element("div", { class: "detail", hidden: true });
  const reason = explained();
  const act = (label: string, title: string, does: () => void) => button(label, { title }, does);
  const controls = element(
    "div",
    { class: "graph-tools", role: "toolbar", "aria-label": "view of the graph" },
    act("less", "close the innermost groups", () => void deepen(-1)),
    act("more", "open the groups that are closed", () => void deepen(1)),
    act("−", "zoom out", () => canvas.scaleBy(1 / 1.4)),
    act("+", "zoom in", () => canvas.scaleBy(1.4)),
    act("fit", "show the whole graph", () => canvas.fit()),
  );
  const made = element("div", { class: "graph" }, element("div", { class: "drawn" }, canvas.element, controls), detail);
  const view = element("div", { class: "fill" }, made, reason.element);

  const render = async (anchor?: string) => {
    if (drawing === undefined) return;
    const wanted = fold(drawing, open);
    const closed = new Set(drawing.groups.map(({ id }) => id).filter((id) => !open.has(id)));
    laying = true;
    dim();
    const outcome = await layout.ask("layOut", { dot: toDot(wanted, closed) });
    if (outcome.kind === "superseded") return;
    laying = false;
    dim();
    if (outcome.kind !== "done") {
      made.hidden = true;
      reason.say(outcome.kind === "stopped" ? "The layout took too long and was stopped." : outcome.message);
      return;
    }
    const before = anchor === undefined ? undefined : middleOf(anchor);
    shown = wanted;
    detail.hidden = true;
    canvas.show(outcome.value);
    dress();
    const after = anchor === undefined ? undefined : middleOf(anchor);
    if (before === undefined || after === undefined) canvas.begin();
    else canvas.moveBy(before.x - after.x, before.y - after.y);
  };

  /** Where a box or group is, by its id in the drawing. */
  const middleOf = (id: string) => canvas.middleOf(nameOf(id) ?? "");
  const nameOf = (id: string) => {
    const box = shown?.boxes.findIndex((each) => each.id === id) ?? -1;
    if (box >= 0) return `b${box}`;
    const group = shown?.groups.findIndex((each) => each.id === id) ?? -1;
    return group >= 0 ? `g${group}` : undefined;
  };
  const boxNamed = (name: string): Box | undefined =>
    (name.startsWith("b") ? shown?.boxes : shown?.groups)?.[Number(name.slice(1))];

  /** Boxes and groups can be reached and chosen by keyboard. */
  const dress = () => {
    for (const part of canvas.content.querySelectorAll(".node, .cluster")) {
      const box = boxNamed(part.id);
      if (box === undefined) continue;
      part.setAttribute("tabindex", "0");
      part.setAttribute("role", "button");
    }
  };

  const toggle = (id: string) => {
    if (drawing?.groups.every((group) => group.id !== id)) return;
    open = open.has(id) ? new Set([...open].filter((each) => each !== id)) : new Set([...open, id]);
    void render(id);
  };

  const deepen = async (by: 1 | -1) => {
    if (drawing === undefined) return;
    open = openTo(drawing, Math.max(1, depthOf(drawing, open) + by));
    await render();
  };

  const choose = (part: Element) => {
    const box = boxNamed(part.id);
    for (const other of canvas.content.querySelectorAll(".chosen")) other.classList.remove("chosen");
    part.classList.add("chosen");
    if (box === undefined) return;
    detail.hidden = false;
    detail.replaceChildren(...boxDetails(box, { toggle: isGroup(box) ? () => toggle(box.id) : undefined, showLine }));
    // A file of the library would cover the graph: it is opened from what is told of the box.
    if (box.place?.file === mainFile) showLine(box.place);
  };
  const isGroup = ({ id }: Box) => drawing?.groups.some((group) => group.id === id) ?? false;
  const partOf = ({ target }: Event) => (target instanceof Element ? target.closest(".node, .cluster") : null);
  canvas.content.addEventListener("click", (event) => {
    const part = partOf(event);
    if (part !== null) choose(part);
  });
  canvas.content.addEventListener("dblclick", (event) => {
    const box = boxNamed(partOf(event)?.id ?? "");
    if (box !== undefined) toggle(box.id);
  });
  canvas.content.addEventListener("keydown", (event) => {
    const part = partOf(event);
    if (part === null || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    choose(part);
  });

  const latest = new Latest<Spec & { readonly stage: string | undefined }, Drawing>(
    (input) => compiler.ask("draw", input),
    () => show(store.state),
  );
  /** What is there is not of the text any more, or another layout of it is on its way. */
  const dim = () => view.classList.toggle("stale", latest.pending || laying);
  const show = (state: State) => {
    if (state.checked === undefined) return;
    const stage = state.model ? shownStage(state) : undefined;
    latest.want({ ...state.checked.spec, stage });
    const { shown: result } = latest;
    dim();
    if (result.kind === "nothing" || result.key === drawn) return;
    drawn = result.key;
    made.hidden = result.kind !== "made";
    reason.say(result.kind === "cannot" ? result.reason : undefined);
    if (result.kind !== "made") {
      drawing = undefined;
      return;
    }
    const before = drawing?.title === result.value.title ? drawing : undefined;
    drawing = result.value;
    open = openIn(drawing, before, open);
    void render(before === undefined ? undefined : shown?.boxes[0]?.id);
  };
  return { element: view, show };
}
