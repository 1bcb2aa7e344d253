import type { Action, Diagnostic } from "@codemirror/lint";
import { setDiagnostics } from "@codemirror/lint";
import type { EditorState, TransactionSpec } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import type { QuickFix } from "../../../../compiler/edit/index.ts";
import type { Problem } from "../../protocol.ts";
import { describeProblem, type ProblemLinks } from "../problem.ts";

/** `later` and `note` say nothing that is wrong. */
const severities = { error: "error", warning: "warning", later: "info", note: "hint" } as const;

/** What puts the squiggles of problems under a text that is still the checked one. Problems of other files are left out. */
export function squiggles(
  state: EditorState,
  file: string,
  problems: readonly Problem[],
  links: ProblemLinks,
): TransactionSpec {
  const { length } = state.doc;
  const text = state.doc.toString();
  const own = problems.filter(({ place }) => place.file === file);
  const shown = own.map((problem): Diagnostic => {
    const from = Math.min(problem.place.from, length);
    return {
      from,
      to: Math.min(Math.max(problem.place.to, from), length),
      severity: severities[problem.severity],
      source: problem.code,
      message: problem.message,
      renderMessage: () => describeProblem(problem, links),
      actions: actionsOf(problem, text),
    };
  });
  return setDiagnostics(
    state,
    shown.toSorted((a, b) => a.from - b.from),
  );
}

function actionsOf({ fixes }: Problem, text: string): readonly Action[] {
  return fixes.map((fix) => ({ name: fix.title, apply: (view) => applyFix(view, fix, text) }));
}

/** Applies a repair if the text is still the one that it was made for; if not, the next check is on its way. */
export function applyFix(view: EditorView, { edits }: QuickFix, text: string): void {
  if (view.state.doc.toString() !== text) return;
  view.dispatch({
    changes: edits.map(({ start, end, text: insert }) => ({ from: start, to: end, insert })),
    userEvent: "input.fix",
    scrollIntoView: true,
  });
  view.focus();
}
