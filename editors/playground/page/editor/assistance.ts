import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  type Completion as EditorCompletion,
  snippet,
} from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import { EditorView, hoverTooltip, keymap, type Tooltip } from "@codemirror/view";
import type { Completion } from "../../../../compiler/edit/index.ts";
import type { CompilerCalls, Place } from "../../protocol.ts";
import type { Asker } from "../ask.ts";
import { element } from "../dom.ts";
import { markdown } from "../markdown.ts";

/** Completion, hover and the way to a definition (F12, or a click with Ctrl or Cmd), all from the compiler. */
export function assistance(compiler: Asker<CompilerCalls>, show: (place: Place) => void): Extension {
  return [
    keymap.of([
      {
        key: "F12",
        run: (view) => {
          void define(compiler, view, view.state.selection.main.head, show);
          return true;
        },
      },
    ]),
    EditorView.domEventHandlers({
      mousedown(event, view) {
        const offset = event.ctrlKey || event.metaKey ? view.posAtCoords({ x: event.clientX, y: event.clientY }) : null;
        if (offset === null) return false;
        void define(compiler, view, offset, show);
        return true;
      },
    }),
    autocompletion({ override: [(context) => complete(compiler, context)], icons: false, maxRenderedOptions: 200 }),
    hoverTooltip((view, offset) => hover(compiler, view, offset)),
  ];
}

/** Behind a dot or in a word it is offered unasked; elsewhere a person asks for it. */
const unasked = /[\w.]$/;

async function complete(compiler: Asker<CompilerCalls>, context: CompletionContext): Promise<CompletionResult | null> {
  const { state, pos, explicit } = context;
  const before = state.doc.lineAt(pos).text.slice(0, pos - state.doc.lineAt(pos).from);
  if (!explicit && (!unasked.test(before) || /(^|\s)\d[\w.]*$/.test(before))) return null;
  const outcome = await compiler.ask("complete", { text: state.doc.toString(), offset: pos });
  if (outcome.kind !== "done" || context.aborted) return null;
  const { from, to, items } = outcome.value;
  return { from, to, options: items.map(option), validFor: /^\w*$/ };
}

function option({ label, detail, documentation, insert, snippet: filled, rank }: Completion): EditorCompletion {
  return {
    label,
    detail: detail.replace(`${label}: `, ""),
    ...(documentation === ""
      ? {}
      : { info: () => element("div", { class: "documentation" }, ...markdown(documentation)) }),
    apply: filled ? snippet(editorSnippet(insert)) : insert,
    boost: -rank,
  };
}

/** A snippet as this editor writes them: `${1}` for `$1`, and a tab for a step of indentation. */
function editorSnippet(text: string): string {
  return text.replace(/\$(\d)/g, "$${$1}").replace(/^(?: {2})+/gm, (spaces) => "\t".repeat(spaces.length / 2));
}

async function hover(compiler: Asker<CompilerCalls>, view: EditorView, offset: number): Promise<Tooltip | null> {
  const text = view.state.doc.toString();
  const outcome = await compiler.ask("hover", { text, offset });
  if (outcome.kind !== "done" || outcome.value === undefined || view.state.doc.toString() !== text) return null;
  const { from, to, text: said } = outcome.value;
  return {
    pos: from,
    end: to,
    above: true,
    create: () => ({ dom: element("div", { class: "documentation" }, ...markdown(said)) }),
  };
}

async function define(
  compiler: Asker<CompilerCalls>,
  view: EditorView,
  offset: number,
  show: (place: Place) => void,
): Promise<void> {
  const outcome = await compiler.ask("define", { text: view.state.doc.toString(), offset });
  if (outcome.kind === "done" && outcome.value[0] !== undefined) show(outcome.value[0]);
}
