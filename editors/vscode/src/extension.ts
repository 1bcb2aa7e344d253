/** The extension: starts the language server, and offers what the editor has no place for. */
import { commands, type ExtensionContext, window, workspace } from "vscode";
import { LanguageClient, type ServerOptions, TransportKind } from "vscode-languageclient/node";
import { explain, pageScheme, pageText, showGraph } from "./commands.ts";
import { namedProgram } from "./program.ts";

let client: LanguageClient | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  context.subscriptions.push(
    commands.registerCommand("abaw.restart", () => restart(context)),
    commands.registerCommand("abaw.graph", showGraph),
    commands.registerCommand("abaw.explain", explain),
    workspace.registerTextDocumentContentProvider(pageScheme, {
      provideTextDocumentContent: (uri) => pageText(client, uri),
    }),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("abaw.path")) void restart(context);
    }),
  );
  await start(context);
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

async function start(context: ExtensionContext): Promise<void> {
  client = new LanguageClient("abaw", "abaw", serverOptions(context), {
    documentSelector: [
      { scheme: "file", language: "abaw" },
      { scheme: "untitled", language: "abaw" },
    ],
    initializationOptions: { suggestAgain: true },
  });
  try {
    await client.start();
  } catch (problem) {
    void window.showErrorMessage(
      `The language server of abaw did not start: ${problem instanceof Error ? problem.message : problem}`,
    );
  }
}

async function restart(context: ExtensionContext): Promise<void> {
  try {
    await client?.dispose();
  } catch {
    // One that never came up has nothing to end.
  }
  await start(context);
}

function serverOptions(context: ExtensionContext): ServerOptions {
  const named = namedProgram();
  if (named !== "") return { command: named, args: ["lsp", "--stdio"], transport: TransportKind.stdio };
  return { module: context.asAbsolutePath("server/server.js"), transport: TransportKind.stdio };
}
