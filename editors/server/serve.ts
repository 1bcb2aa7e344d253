/** The server: who asks what, and who answers. */
import { readFileSync } from "node:fs";
import {
  CodeActionKind,
  CodeLensRefreshRequest,
  type Connection,
  type Diagnostic,
  DiagnosticSeverity,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  type InitializeResult,
  LSPErrorCodes,
  ResponseError,
  TextDocumentSyncKind,
  TextDocuments,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { catalogue } from "../../compiler/diagnostics/catalogue.ts";
import { type Edited, renamableAt, rename, tokenModifiers, tokenTypes } from "../../compiler/edit/index.ts";
import * as answers from "./answers.ts";
import { Checking } from "./checking.ts";
import { pagesFolder } from "./diagnostics.ts";
import { baseFolder, Documents } from "./documents.ts";
import { nameOf, uriOf } from "./file-names.ts";
import { Project } from "./project.ts";
import { Published } from "./published.ts";
import { offsetOf, rangeOf } from "./ranges.ts";

const capabilities: InitializeResult["capabilities"] = {
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
  completionProvider: { triggerCharacters: [".", "(", "[", "{", ",", ":", '"'] },
  hoverProvider: true,
  signatureHelpProvider: { triggerCharacters: ["(", ","] },
  definitionProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  renameProvider: { prepareProvider: true },
  documentSymbolProvider: true,
  workspaceSymbolProvider: true,
  foldingRangeProvider: true,
  semanticTokensProvider: {
    legend: { tokenTypes: [...tokenTypes], tokenModifiers: [...tokenModifiers] },
    full: true,
  },
  documentFormattingProvider: true,
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, `${CodeActionKind.SourceFixAll}.abaw`] },
  codeLensProvider: {},
  inlayHintProvider: true,
  documentLinkProvider: {},
  workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
};

/** Files that a check reads, or looks at, by the names that they usually have. */
const lookedAt = "**/*.{abaw,safetensors,pth,pt,bin,index.json,onnx,npy,npz,h5,hdf5}";

/** Serves a client until it ends; the connection is its only way to be spoken to. */
export function serve(connection: Connection, version: string): void {
  const documents = new TextDocuments(TextDocument);
  const open = new Documents();
  const folders = new Set<string>();
  const project = new Project(open, () => [...folders]);
  const published = new Published((uri, found, at) =>
    connection.sendDiagnostics({ uri, diagnostics: [...found], ...(at === undefined ? {} : { version: at }) }),
  );
  let client: InitializeParams | undefined;

  const checking = new Checking({
    checked(name, at, found) {
      if (open.document(name)?.version !== at) return;
      published.set(name, at, found, open);
    },
    facts(name, facts) {
      open.setFacts(name, facts);
      refresh();
    },
    costs(name, costs) {
      open.addCosts(name, costs);
      refresh();
    },
    failed(name, at, reason) {
      connection.console.error(`The check of ${name} was given up: ${reason}`);
      published.set(name, at, new Map([[name, [gaveUp(reason)]]]), open);
    },
  });

  /** Lenses and shapes come from checks, which the client cannot know of. */
  function refresh(): void {
    const supports = client?.capabilities.workspace;
    if (supports?.codeLens?.refreshSupport === true)
      void connection.sendRequest(CodeLensRefreshRequest.type).catch(ignore);
    if (supports?.inlayHint?.refreshSupport === true) void connection.languages.inlayHint.refresh().catch(ignore);
  }

  function check(name: string): void {
    const document = open.document(name);
    if (document !== undefined) checking.check(name, document.version, baseFolder(name, [...folders]));
  }

  /** Every open spec that uses this one. */
  function checkUsers(name: string): void {
    for (const other of open.names())
      if (other !== name && open.edited(uriOf(other))?.program.files.has(name) === true) check(other);
  }

  documents.onDidChangeContent(({ document }) => {
    const name = nameOf(document.uri);
    open.set(document);
    checking.open(name, document.getText());
    check(name);
    later(name, () => checkUsers(name));
  });
  documents.onDidClose(({ document }) => {
    const name = nameOf(document.uri);
    open.delete(name);
    checking.close(name);
    published.delete(name, open);
    checkUsers(name);
  });

  /** What others need of a text waits until its writer pauses. */
  const pauses = new Map<string, NodeJS.Timeout>();
  function later(name: string, act: () => void): void {
    clearTimeout(pauses.get(name));
    pauses.set(
      name,
      setTimeout(() => {
        pauses.delete(name);
        guarded("a check of what uses a file", act, undefined);
      }, pause),
    );
  }

  connection.onInitialize((params) => {
    client = params;
    const given = params.workspaceFolders?.map(({ uri }) => uri) ?? (params.rootUri == null ? [] : [params.rootUri]);
    for (const uri of given) folders.add(nameOf(uri).replace(/\/$/, ""));
    return { capabilities, serverInfo: { name: "abaw", version } };
  });
  connection.onInitialized(() => {
    if (client?.capabilities.workspace?.workspaceFolders === true)
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        for (const { uri } of removed) folders.delete(nameOf(uri).replace(/\/$/, ""));
        for (const { uri } of added) folders.add(nameOf(uri).replace(/\/$/, ""));
      });
    if (client?.capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true)
      void connection.client
        .register(DidChangeWatchedFilesNotification.type, { watchers: [{ globPattern: lookedAt }] })
        .catch(ignore);
  });
  connection.onDidChangeWatchedFiles(() => {
    open.touch();
    checking.forget();
    for (const name of open.names()) check(name);
  });
  connection.onShutdown(async () => {
    for (const pending of pauses.values()) clearTimeout(pending);
    await checking.end();
  });

  /** Answers from a document as it is; nothing if it is not open, or if something here is broken. */
  function answer<T>(what: string, uri: string, nothing: T, make: (edited: Edited) => T): T {
    return guarded(
      what,
      () => {
        const edited = open.edited(uri, () => project.pathsFor(nameOf(uri)));
        return edited === undefined ? nothing : make(edited);
      },
      nothing,
    );
  }

  function guarded<T>(what: string, act: () => T, nothing: T): T {
    try {
      return act();
    } catch (problem) {
      if (problem instanceof ResponseError) throw problem;
      connection.console.error(
        `${what} failed: ${problem instanceof Error ? (problem.stack ?? problem.message) : String(problem)}`,
      );
      return nothing;
    }
  }

  connection.onCompletion(({ textDocument: { uri }, position }) =>
    answer("completion", uri, null, (edited) => answers.completionOf(edited, position, asksAgain(client))),
  );
  connection.onHover(({ textDocument: { uri }, position }) =>
    answer("hover", uri, null, (edited) => answers.hoverOf(edited, position)),
  );
  connection.onSignatureHelp(({ textDocument: { uri }, position }) =>
    answer("signature help", uri, null, (edited) => answers.signatureOf(edited, position)),
  );
  connection.onDefinition(({ textDocument: { uri }, position }) =>
    answer("definition", uri, [], (edited) => answers.definitionOf(edited, position)),
  );
  connection.onReferences(({ textDocument: { uri }, position, context }) =>
    answer("references", uri, [], (edited) =>
      answers.referencesOf(edited, project.around(edited), position, context.includeDeclaration),
    ),
  );
  connection.onDocumentHighlight(({ textDocument: { uri }, position }) =>
    answer("highlights", uri, [], (edited) => answers.highlightsOf(edited, position)),
  );
  connection.onPrepareRename(({ textDocument: { uri }, position }) =>
    answer("rename", uri, null, (edited) => {
      const found = renamableAt(edited, offsetOf(edited.source, position));
      if (found?.reason !== undefined) throw refusal(found.reason);
      return found === undefined ? null : rangeOf(found.span);
    }),
  );
  connection.onRenameRequest(({ textDocument: { uri }, position, newName }) =>
    answer("rename", uri, null, (edited) => {
      const made = rename(edited, offsetOf(edited.source, position), newName, project.around(edited));
      if (made.kind === "refused") throw refusal(made.reason);
      return answers.editOf(made, newName);
    }),
  );
  connection.onDocumentSymbol(({ textDocument: { uri } }) => answer("symbols", uri, [], answers.symbolsOf));
  connection.onWorkspaceSymbol(({ query }) =>
    guarded("symbols of the project", () => answers.projectSymbols(project.all(), query), []),
  );
  connection.onFoldingRanges(({ textDocument: { uri } }) => answer("folding", uri, [], answers.foldingOf));
  connection.languages.semanticTokens.on(({ textDocument: { uri } }) =>
    answer("semantic tokens", uri, { data: [] }, answers.tokensOf),
  );
  connection.onDocumentFormatting(({ textDocument: { uri } }) => answer("formatting", uri, [], answers.formattingOf));
  connection.onCodeLens(({ textDocument: { uri } }) => answer("code lens", uri, [], answers.lensOf));
  connection.languages.inlayHint.on(({ textDocument: { uri }, range }) =>
    answer("inlay hints", uri, [], (edited) => answers.inlayOf(edited, range)),
  );
  connection.onDocumentLinks(({ textDocument: { uri } }) => answer("links", uri, [], answers.linkOf));
  connection.onCodeAction(({ textDocument: { uri }, range, context }) =>
    guarded("code actions", () => {
      const name = nameOf(uri);
      const found = published.of(name, open.document(name)?.version);
      return answers.actionsOf(uri, range, found, context.only ?? []);
    }, []),
  );
  connection.onRequest("abaw/explain", ({ code }: { readonly code?: unknown }) =>
    guarded("an explanation", () => explanation(String(code)), null),
  );

  documents.listen(connection);
  connection.listen();
}

/** Milliseconds without a change after which other files are looked at. */
const pause = 200;

function ignore(): void {
  // The client may be gone, or not know the request.
}

function refusal(reason: string): ResponseError<void> {
  return new ResponseError(LSPErrorCodes.RequestFailed, reason);
}

function asksAgain(client: InitializeParams | undefined): boolean {
  const options: unknown = client?.initializationOptions;
  return typeof options === "object" && options !== null && "suggestAgain" in options && options.suggestAgain === true;
}

/** The page of a diagnostic, for people. */
function explanation(code: string): string | null {
  return Object.hasOwn(catalogue, code) ? readFileSync(`${pagesFolder}${code}.md`, "utf8") : null;
}

function gaveUp(reason: string): Diagnostic {
  const start = { line: 0, character: 0 };
  return {
    range: { start, end: start },
    severity: DiagnosticSeverity.Error,
    source: "abaw",
    message: `This text could not be checked: ${reason}. Please report it with the text.`,
  };
}
