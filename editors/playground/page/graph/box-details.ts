import type { Box } from "../../../../compiler/draw/drawing.ts";
import { button, element } from "../dom.ts";

export type ShowLine = (place: NonNullable<Box["place"]>) => void;

/** What is told of a box that was chosen; `toggle` if it is a group. */
export function boxDetails(
  { title, lines, details, place }: Box,
  acts: { readonly toggle: (() => void) | undefined; readonly showLine: ShowLine },
): readonly HTMLElement[] {
  const told = details.length > 0 ? details : lines.map((line) => ["", line] as const);
  return [
    element(
      "h3",
      {},
      title,
      acts.toggle === undefined ? undefined : button("open or close", { class: "link" }, acts.toggle),
      place === undefined
        ? undefined
        : button(`${place.file}:${place.line}`, { class: "place" }, () => acts.showLine(place)),
    ),
    element("dl", {}, ...told.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])),
  ];
}
