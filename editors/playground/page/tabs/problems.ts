import type { QuickFix } from "../../../../compiler/edit/index.ts";
import type { Checked, Problem } from "../../protocol.ts";
import { button, counted, element } from "../dom.ts";
import { describeProblem, type ProblemLinks, placeName } from "../problem.ts";
import type { State } from "../state.ts";
import type { TabView } from "./tab.ts";

const words = { error: "error", warning: "warning", later: "not in this version", note: "note" } as const;

export function problemsTab(links: ProblemLinks, repair: (fix: QuickFix) => void): TabView {
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
      list.replaceChildren(...summary(checked.found), ...shown.map((each) => row(each, links, repair)));
    },
  };
}

function row(problem: Problem, links: ProblemLinks, repair: (fix: QuickFix) => void): HTMLElement {
  const { severity, place, fixes } = problem;
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
    fixes.length === 0
      ? undefined
      : element(
          "div",
          { class: "fixes" },
          ...fixes.map((fix) =>
            button(fix.title, { class: fix.preferred ? "fix preferred" : "fix" }, () => repair(fix)),
          ),
        ),
  );
}

/** What is said where nothing is wrong. */
function summary({ problems, stages }: Checked): readonly HTMLElement[] {
  if (problems.some(({ severity }) => severity === "error" || severity === "warning")) return [];
  const ready =
    stages.length === 0 ? "No stage is asked for yet." : `${counted(stages.length, "stage")} can be planned.`;
  const later = problems.some(({ severity }) => severity === "later");
  return [
    element(
      "li",
      { class: "fine" },
      element("strong", {}, "Nothing is wrong."),
      ` ${ready}${later ? " Some of what they ask for is not in this version:" : ""}`,
    ),
  ];
}
