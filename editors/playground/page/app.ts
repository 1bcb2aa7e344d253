import { examples as exampleTexts, library } from "abaw:specs";
import { compilerWorker, layoutWorker } from "abaw:workers";
import type { EditorView } from "@codemirror/view";
import { changeBetween } from "../../../compiler/edit/fixes.ts";
import { type CompilerCalls, type LayoutCalls, mainFile, type Place } from "../protocol.ts";
import { Asker, type Port } from "./ask.ts";
import { keepChecked } from "./checking.ts";
import { copyText } from "./copy-text.ts";
import { element } from "./dom.ts";
import { assistance } from "./editor/assistance.ts";
import { applyFix, squiggles } from "./editor/diagnostics.ts";
import { createEditor, replaceText, reveal, revealLine } from "./editor/index.ts";
import { looksSheet } from "./editor/language.ts";
import { examplesOf } from "./examples.ts";
import type { ShowLine } from "./graph/box-details.ts";
import { header } from "./header.ts";
import { keepLink, linkTo, readLink } from "./link.ts";
import { noticeBar } from "./notice.ts";
import { panel } from "./panel.ts";
import type { ProblemLinks } from "./problem.ts";
import { type Shared, untouched } from "./share.ts";
import { Sheet } from "./sheet.ts";
import { splitter } from "./splitter.ts";
import { Store } from "./state.ts";
import { statusLine } from "./status.ts";
import { graphTab } from "./tabs/graph.ts";
import { onnxTab } from "./tabs/onnx.ts";
import { problemsTab } from "./tabs/problems.ts";
import { resolvedTab } from "./tabs/resolved.ts";
import { tools } from "./tools.ts";

/** Milliseconds that a check, and that something made on demand, may take. */
const limits = { check: 10_000, made: 60_000 } as const;

/** Puts the playground into the page. */
export async function startApp(body: HTMLElement): Promise<void> {
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, looksSheet];
  // One worker answers while a person types, the other makes what takes longer.
  const checker = new Asker<CompilerCalls>(() => open(compilerWorker), limits.check);
  const maker = new Asker<CompilerCalls>(() => open(compilerWorker), limits.made);
  const layout = new Asker<LayoutCalls>(() => open(layoutWorker), limits.made);
  checker.warm();
  const examples = examplesOf(exampleTexts);
  const { shared, notice } = await readLink();
  const store = new Store({
    ...(shared ?? { ...untouched, text: examples[0]?.text ?? "" }),
    activity: { kind: "checking" },
    checked: undefined,
    notice,
  });

  const sheet = new Sheet();
  const links: ProblemLinks = {
    show: (place) => show(place),
    explain: (code) => void sheet.explain(code, (program) => load({ ...untouched, text: program })),
  };
  const editorHost = element("div", { class: "editor" });
  const format = async () => {
    const text = editor.state.doc.toString();
    const outcome = await checker.ask("format", { text });
    if (outcome.kind !== "done" || editor.state.doc.toString() !== text) return;
    if (outcome.value !== text) reformat(editor, outcome.value);
  };
  const editor: EditorView = createEditor(editorHost, {
    text: store.state.text,
    changed: (text) => store.change({ text, notice: undefined }),
    format: () => void format(),
    extensions: [assistance(checker, (place) => show(place))],
  });
  const show = ({ file, from, to }: Place) => {
    if (file === mainFile) {
      reveal(editor, from, to);
      editor.focus();
    } else if (Object.hasOwn(library, file)) sheet.read(file, library[file] ?? "", (view) => reveal(view, from, to));
  };
  const showLine: ShowLine = ({ file, line }) => {
    // The focus stays in the graph, which is where the person is looking around.
    if (file === mainFile) revealLine(editor, line);
    else if (Object.hasOwn(library, file)) sheet.read(file, library[file] ?? "", (view) => revealLine(view, line));
  };
  const load = (next: Shared) => {
    store.change({ ...next, notice: undefined });
    if (editor.state.doc.toString() !== next.text) replaceText(editor, next.text);
  };
  const checking = keepChecked(store, checker);
  store.listen(({ checked, text }, before) => {
    if (checked === undefined || checked === before.checked || checked.spec.text !== text) return;
    editor.dispatch(squiggles(editor.state, mainFile, checked.found.problems, links));
  });
  keepLink(store, load);

  const views = {
    problems: problemsTab(links, (fix) => applyFix(editor, fix, store.state.checked?.spec.text ?? "")),
    graph: graphTab(store, maker, layout, (place) => showLine(place)),
    resolved: resolvedTab(store, maker),
    onnx: onnxTab(store, maker),
  };
  const left = element(
    "section",
    { class: "writing", "aria-label": "spec" },
    editorHost,
    statusLine(store, { stop: () => checker.stop(), again: checking.again }),
  );
  const halves = element("main", {});
  halves.append(left, splitter(halves), panel(store, views, tools(store)));
  body.append(
    header(store, examples, {
      load: (example) => load({ ...untouched, text: example.text, tab: store.state.tab }),
      format: () => void format(),
      share: () => share(store.state),
    }),
    noticeBar(store),
    halves,
    sheet.element,
  );
  // On a touch screen the keyboard would cover half of the page.
  if (matchMedia("(pointer: fine)").matches) editor.focus();
}

function open(address: string): Port {
  return new Worker(address, { type: "module" });
}

/** Copies the link; says what became of it. */
async function share(shared: Shared): Promise<string> {
  const link = await linkTo(shared);
  if (link === undefined) return "Too long for a link";
  if (await copyText(link)) return "Copied";
  // Without leave to use the clipboard, the address has it all the same.
  history.replaceState(null, "", link);
  return "It is in the address";
}

/** The formatted text as the one change that makes it, which leaves the cursor where it was. */
function reformat(view: EditorView, text: string): void {
  const { start, end, text: insert } = changeBetween(view.state.doc.toString(), text);
  view.dispatch({ changes: { from: start, to: end, insert }, userEvent: "input.format" });
}
