import type { Box } from "../../../../compiler/draw/drawing.ts";
import { button, element } from "../dom.ts";

export type ShowLine = (place: NonNullable<Box["place"]>) => void;

/** What is told of a box that was chosen; `toggle` if it is a group, `showLine` where its text is there to be shown. */
export function boxDetails(
  { title, lines, details, place }: Box,
  acts: { readonly toggle: (() => void) | undefined; readonly showLine: ShowLine | undefined },
): readonly HTMLElement[] {
  const { toggle, showLine } = acts;
  const told = details.length > 0 ? details : lines.map((line) => ["", line] as const);
  return [
    element(
      "h3",
      {},
      title,
      toggle === undefined ? undefined : button("open or close", { class: "link" }, toggle),
      place === undefined ? undefined : placeOf(place, showLine),
    ),
    element("dl", {}, ...told.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])),
  ];
}

function placeOf(place: NonNullable<Box["place"]>, showLine: ShowLine | undefined): HTMLElement {
  const text = `${place.file}:${place.line}`;
  if (showLine === undefined) return element("span", { class: "place" }, text);
  return button(text, { class: "place" }, () => showLine(place));
}
