import { closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { lintGutter, lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { bracketIndent } from "./indent.ts";
import { abawLanguage, looksSheet } from "./language.ts";
import { looks } from "./looks.ts";

export interface EditorWishes {
  readonly text: string;
  /** Told of the whole text after every change. */
  readonly changed: (text: string) => void;
  /** Asked to put the text into the language's one style. */
  readonly format: () => void;
  /** Completion, hover and whatever else needs the compiler. */
  readonly extensions: readonly Extension[];
}

/**
 * The editor, in a shadow root of its own: there it may use constructed style sheets, so the page's policy needs to allow no inline
 * style.
 */
export function createEditor(host: HTMLElement, wishes: EditorWishes): EditorView {
  const root = shadowOf(host);
  const format = () => {
    wishes.format();
    return true;
  };
  return new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: wishes.text,
      extensions: [
        lineNumbers(),
        highlightActiveLineGutter(),
        highlightSpecialChars(),
        highlightActiveLine(),
        highlightSelectionMatches(),
        drawSelection(),
        history(),
        indentUnit.of("  "),
        indentOnInput(),
        bracketIndent,
        bracketMatching(),
        closeBrackets(),
        search({ top: true }),
        lintGutter(),
        abawLanguage(),
        looks,
        wishes.extensions,
        EditorView.contentAttributes.of({ "aria-label": "the spec", spellcheck: "false", autocapitalize: "off" }),
        keymap.of([
          { key: "Mod-s", run: format, preventDefault: true },
          { key: "Shift-Alt-f", run: format },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...lintKeymap,
          ...defaultKeymap,
          indentWithTab,
        ]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) wishes.changed(update.state.doc.toString());
        }),
      ],
    }),
  });
}

function shadowOf(host: HTMLElement): ShadowRoot {
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [looksSheet];
  return root;
}

/** Shows a text read-only. */
export function createViewer(
  host: HTMLElement,
  label: string,
  text: string,
  extensions: readonly Extension[] = [],
): EditorView {
  const root = shadowOf(host);
  return new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        highlightSpecialChars(),
        drawSelection(),
        EditorState.readOnly.of(true),
        EditorView.contentAttributes.of({ "aria-label": label }),
        search({ top: true }),
        keymap.of([...searchKeymap, ...defaultKeymap]),
        looks,
        extensions,
      ],
    }),
  });
}

/** Another text as one change, which can be undone. */
export function replaceText(view: EditorView, text: string): void {
  view.dispatch({
    changes: { from: 0, to: view.state.doc.length, insert: text },
    selection: { anchor: 0 },
    scrollIntoView: true,
  });
}

/** Puts a place into view and selects it. */
export function reveal(view: EditorView, from: number, to: number): void {
  const { length } = view.state.doc;
  const [anchor, head] = [Math.min(from, length), Math.min(to, length)];
  view.dispatch({ selection: { anchor, head }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
}

/** The same of a whole line, counted from 1. */
export function revealLine(view: EditorView, line: number): void {
  const { from, to } = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
  reveal(view, from, to);
}
