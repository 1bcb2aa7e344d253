import { instance } from "@viz-js/viz";
import { depthOf } from "../../compiler/draw/depth.ts";
import type { Box, Drawing } from "../../compiler/draw/drawing.ts";
import { fold, openTo } from "../../compiler/draw/fold.ts";
import { toDot } from "../../compiler/draw/to-dot.ts";
import { button, element } from "../playground/page/dom.ts";
import { boxDetails } from "../playground/page/graph/box-details.ts";
import { Canvas } from "../playground/page/graph/canvas.ts";
import { reachOf } from "./reach.ts";

/** What the page is of; the command line writes it into the file. */
interface Page {
  readonly drawing: Drawing;
  /** Groups that are open at first. */
  readonly open: readonly string[];
}

const { drawing, open: first }: Page = JSON.parse(document.getElementById("drawing")?.textContent ?? "");
const viz = await instance();
const canvas = new Canvas(drawing.title);
const panel = element("aside", { "aria-live": "polite" });
const groups: ReadonlySet<string> = new Set(drawing.groups.map(({ id }) => id));
let open: ReadonlySet<string> = new Set(first);
let shown = fold(drawing, open);
let chosen: string | undefined;

/** Lays the drawing out anew; a box or group stays where it is on the screen. */
function render(anchor?: string): void {
  const before = anchor === undefined ? undefined : canvas.middleOf(partName(anchor) ?? "");
  shown = fold(drawing, open);
  const closed = new Set([...groups].filter((id) => !open.has(id)));
  canvas.show(viz.renderString(toDot(shown, closed), { format: "svg" }));
  for (const part of canvas.content.querySelectorAll(".node, .cluster")) {
    const box = boxOf(part.id);
    if (box === undefined) continue;
    part.setAttribute("tabindex", "0");
    part.setAttribute("role", "button");
    part.setAttribute("aria-label", [box.title, ...box.lines].join(", "));
  }
  const after = anchor === undefined ? undefined : canvas.middleOf(partName(anchor) ?? "");
  if (before === undefined || after === undefined) canvas.begin();
  else canvas.moveBy(before.x - after.x, before.y - after.y);
  mark();
}

function boxOf(name: string): Box | undefined {
  return (name.startsWith("b") ? shown.boxes : shown.groups)[Number(name.slice(1))];
}

/** The name that a box or group has in the laid-out drawing. */
function partName(id: string): string | undefined {
  const box = shown.boxes.findIndex((each) => each.id === id);
  if (box >= 0) return `b${box}`;
  const group = shown.groups.findIndex((each) => each.id === id);
  return group >= 0 ? `g${group}` : undefined;
}

function toggle(id: string): void {
  if (!groups.has(id)) return;
  open = open.has(id) ? new Set([...open].filter((each) => each !== id)) : new Set([...open, id]);
  render(id);
}

/** One level more or less. */
function deepen(by: 1 | -1): void {
  open = openTo(drawing, Math.max(1, depthOf(drawing, open) + by));
  render();
}

/** Marks what is chosen and the ways through it; everything else steps back. */
function mark(): void {
  const inside = (id: string): readonly string[] => {
    const group = shown.groups.some((each) => each.id === id);
    return group ? shown.boxes.filter((box) => isWithin(box, id)).map((box) => box.id) : [id];
  };
  const there = chosen !== undefined && partName(chosen) !== undefined;
  const reached = there && chosen !== undefined ? reachOf(shown, inside(chosen)) : undefined;
  for (const part of canvas.content.querySelectorAll(".node, .cluster, .edge")) {
    const index = Number(part.id.slice(1));
    const arrow = part.classList.contains("edge") ? shown.arrows[index] : undefined;
    const box = arrow === undefined ? boxOf(part.id) : undefined;
    const on =
      arrow === undefined
        ? box === undefined || groups.has(box.id) || reached?.has(box.id) !== false
        : reached === undefined || (reached.has(arrow.from) && reached.has(arrow.to));
    part.classList.toggle("aside", !on);
    part.classList.toggle("chosen", box !== undefined && box.id === chosen);
  }
  describe();
}

function isWithin({ group }: Box, id: string): boolean {
  for (let at = group; at !== undefined; at = drawing.groups.find((each) => each.id === at)?.group)
    if (at === id) return true;
  return false;
}

function describe(): void {
  const box = [...drawing.boxes, ...drawing.groups].find(({ id }) => id === chosen);
  panel.hidden = box === undefined;
  if (box === undefined) return;
  const { id } = box;
  panel.replaceChildren(
    ...boxDetails(box, { toggle: groups.has(id) ? () => toggle(id) : undefined, showLine: undefined }),
  );
}

function partOf({ target }: Event): Element | null {
  return target instanceof Element ? target.closest(".node, .cluster") : null;
}

function choose(event: Event): void {
  chosen = boxOf(partOf(event)?.id ?? "")?.id;
  mark();
}

canvas.content.parentElement?.addEventListener("click", choose);
canvas.content.addEventListener("dblclick", (event) => toggle(boxOf(partOf(event)?.id ?? "")?.id ?? ""));
addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    chosen = undefined;
    mark();
  }
  if (partOf(event) === null || (event.key !== "Enter" && event.key !== " ")) return;
  event.preventDefault();
  if (event.key === "Enter") toggle(boxOf(partOf(event)?.id ?? "")?.id ?? "");
  choose(event);
});

const act = (label: string, title: string, does: () => void) => button(label, { title, "aria-label": title }, does);
const legend = [
  ...new Set([...drawing.boxes].map(({ kind, weights }) => (weights === "frozen" ? "frozen" : kind))),
].map((kind) => element("span", { class: `key ${kind}` }, kind));
document.body.replaceChildren(
  element(
    "header",
    {},
    element("h1", {}, drawing.title),
    element("p", { class: "legend" }, ...legend),
    element(
      "div",
      { class: "tools", role: "toolbar", "aria-label": "view of the graph" },
      ...(groups.size === 0
        ? []
        : [
            act("less", "close the innermost groups", () => deepen(-1)),
            act("more", "open the groups that are closed", () => deepen(1)),
          ]),
      act("−", "zoom out", () => canvas.scaleBy(1 / 1.4)),
      act("+", "zoom in", () => canvas.scaleBy(1.4)),
      act("fit", "show the whole graph", () => canvas.fit()),
    ),
  ),
  element("main", { class: "graph" }, canvas.element, panel),
  element(
    "footer",
    {},
    "click: what it is, and the ways through it · double click: open or close · drag, wheel: move, zoom",
  ),
);
render();
