import type { Problem } from "../../protocol.ts";
import { button, element } from "../dom.ts";
import { describeProblem, type ProblemLinks, placeName, withCode } from "../problem.ts";
import type { State } from "../state.ts";
import type { TabView } from "./tab.ts";

const words = { error: "error", warning: "warning", later: "not in this version", note: "note" } as const;

export function problemsTab(links: ProblemLinks, repair: (fix: NonNullable<Problem["fix"]>) => void): TabView {
  const list = element("ol", { class: "problems" });
  const view = element("div", { class: "scroll" }, list);
  let shown: readonly Problem[] | undefined;
  return {
    element: view,
    show({ checked, text }: State) {
      // A repair was made for the text as it was checked.
      view.classList.toggle("stale", checked !== undefined && checked.spec.text !== text);
      if (checked === undefined || checked.found.problems === shown) return;
      shown = checked.found.problems;
      list.replaceChildren(
        ...(shown.length === 0
          ? [nothingWrong(checked.found.stages.length)]
          : shown.map((each) => row(each, links, repair))),
      );
    },
  };
}

function row(problem: Problem, links: ProblemLinks, repair: (fix: NonNullable<Problem["fix"]>) => void): HTMLElement {
  const { severity, place, fix } = problem;
  return element(
    "li",
    { class: `problem ${severity}` },
    element(
      "div",
      { class: "where" },
      element("span", { class: "severity" }, words[severity]),
      button(placeName(place), { class: "place" }, () => links.show(place)),
    ),
    describeProblem(problem, links),
    fix === undefined ? undefined : button(withCode(fix.label), { class: "fix" }, () => repair(fix)),
  );
}

function nothingWrong(stages: number): HTMLElement {
  const what = stages === 1 ? "one stage is" : `${stages} stages are`;
  return element(
    "li",
    { class: "fine" },
    element("strong", {}, "Nothing is wrong."),
    stages === 0 ? " No stage is asked for yet." : ` ${what[0]?.toUpperCase()}${what.slice(1)} ready to train.`,
  );
}
