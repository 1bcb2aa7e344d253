import { dirname } from "node:path";
import { commands, type Diagnostic, languages, Uri, ViewColumn, window, workspace } from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { runAbaw } from "./program.ts";

/** Draws the spec at hand, as the program does, in a page beside it. */
export async function showGraph(): Promise<void> {
  const document = window.activeTextEditor?.document;
  if (document?.languageId !== "abaw" || document.uri.scheme !== "file") {
    void window.showInformationMessage("Open a .abaw file to see its graph.");
    return;
  }
  await document.save();
  const folder = workspace.getWorkspaceFolder(document.uri)?.uri.fsPath ?? dirname(document.fileName);
  const { out, problem } = await runAbaw(["graph", document.fileName, "--format", "html"], folder);
  if (problem !== undefined) {
    void window.showErrorMessage(problem.split("\n")[0] ?? problem, { modal: false, detail: problem });
    return;
  }
  const title = `Graph of ${document.fileName.split(/[\\/]/).at(-1)}`;
  const panel = window.createWebviewPanel("abaw.graph", title, ViewColumn.Beside, { enableScripts: true });
  panel.webview.html = out;
}

/** The scheme of pages that the server has. */
export const pageScheme = "abaw-page";

/** Shows the page of a diagnostic: of the one at the cursor, or of one that is chosen. */
export async function explain(): Promise<void> {
  const editor = window.activeTextEditor;
  const all =
    editor === undefined ? [] : languages.getDiagnostics(editor.document.uri).filter(({ source }) => source === "abaw");
  const here = all.filter(
    ({ range }) => editor?.selection.active !== undefined && range.contains(editor.selection.active),
  );
  const known = [...new Set((here.length > 0 ? here : all).flatMap((each) => codeOf(each) ?? []))];
  const [only] = known;
  const code =
    known.length === 1
      ? only
      : known.length > 1
        ? await window.showQuickPick(known, { title: "Explain a diagnostic" })
        : await window.showInputBox({ title: "Explain a diagnostic", placeHolder: "its code, such as leakage" });
  if (code !== undefined && code !== "")
    await commands.executeCommand("markdown.showPreview", Uri.parse(`${pageScheme}:${code}.md`));
}

function codeOf({ code }: Diagnostic): string | undefined {
  const value = typeof code === "object" ? code.value : code;
  return value === undefined ? undefined : String(value);
}

/** The text of such a page. */
export async function pageText(client: LanguageClient | undefined, uri: Uri): Promise<string> {
  const code = uri.path.replace(/\.md$/, "");
  const page: unknown = await client?.sendRequest("abaw/explain", { code });
  return typeof page === "string" ? page : `There is no diagnostic \`${code}\`.`;
}
