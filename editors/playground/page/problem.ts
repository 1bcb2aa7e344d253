import type { Place, Problem } from "../protocol.ts";
import { button, element } from "./dom.ts";

/** Where the parts of a problem lead. */
export interface ProblemLinks {
  /** Shows a place of the spec, or of one of the language's own files. */
  readonly show: (place: Place) => void;
  /** Opens the page of a diagnostic. */
  readonly explain: (code: string) => void;
}

/** What is said of a problem: the message, its code, the help, and the places that say why. */
export function describeProblem({ code, message, help, related }: Problem, links: ProblemLinks): HTMLElement {
  return element(
    "div",
    { class: "said" },
    element(
      "p",
      { class: "message" },
      ...withCode(message),
      " ",
      button(code, { class: "code-link", title: `what ${code} means` }, () => links.explain(code)),
    ),
    help === undefined ? undefined : element("p", { class: "help" }, ...withCode(help)),
    related.length === 0
      ? undefined
      : element(
          "ul",
          { class: "related" },
          ...related.map(({ text, place }) =>
            element(
              "li",
              {},
              ...withCode(text),
              " ",
              button(placeName(place), { class: "place" }, () => links.show(place)),
            ),
          ),
        ),
  );
}

/** A place as the command line writes it. */
export function placeName({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

/** Text with what stands in backquotes as code. */
export function withCode(text: string): readonly (Node | string)[] {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") && part.length > 1 ? element("code", {}, part.slice(1, -1)) : part));
}
