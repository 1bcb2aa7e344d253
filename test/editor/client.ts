import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  type CompletionItem,
  type CompletionList,
  createProtocolConnection,
  type Diagnostic,
  type InitializeResult,
  LogMessageNotification,
  type Position,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  type PublishDiagnosticsParams,
  RegistrationRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** How the server is started: from source as `abaw lsp --stdio`, unless a program is named. */
export interface Started {
  readonly program?: readonly string[];
  readonly folders?: readonly string[];
  readonly options?: unknown;
}

/** A client that speaks to the server over its standard input and output, as an editor does. */
export class Client {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly connection: ProtocolConnection;
  /** By document: what was said last, and who waits for what is to be said. */
  readonly #said = new Map<string, PublishDiagnosticsParams>();
  readonly #waiting: {
    readonly fits: (said: PublishDiagnosticsParams) => boolean;
    readonly done: (said: PublishDiagnosticsParams) => void;
  }[] = [];
  readonly #refreshes: (() => void)[] = [];
  readonly versions = new Map<string, number>();
  readonly logged: string[] = [];
  /** What the server asked to be told of, as JSON. */
  readonly registered: string[] = [];

  constructor({ program }: Started = {}) {
    const words = program ?? ["--import", import.meta.resolve("tsx"), `${root}cli/abaw.ts`, "lsp", "--stdio"];
    this.#process = spawn(process.execPath, words, { cwd: root });
    this.#process.stderr.on("data", (data: Buffer) => this.logged.push(data.toString()));
    this.connection = createProtocolConnection(
      new StreamMessageReader(this.#process.stdout),
      new StreamMessageWriter(this.#process.stdin),
    );
    this.connection.onNotification(PublishDiagnosticsNotification.type, (said) => {
      this.#said.set(said.uri, said);
      for (const each of this.#waiting.filter(({ fits }) => fits(said))) {
        this.#waiting.splice(this.#waiting.indexOf(each), 1);
        each.done(said);
      }
    });
    this.connection.onNotification(LogMessageNotification.type, ({ message }) => {
      this.logged.push(message);
    });
    this.connection.onRequest(RegistrationRequest.type, (asked) => {
      this.registered.push(JSON.stringify(asked));
    });
    for (const method of ["workspace/codeLens/refresh", "workspace/inlayHint/refresh"]) {
      this.connection.onRequest(method, () => {
        for (const done of this.#refreshes.splice(0)) done();
        return null;
      });
    }
    this.connection.listen();
  }

  async initialize({ folders = [], options }: Started = {}): Promise<InitializeResult> {
    const refresh = { refreshSupport: true };
    const result = await this.connection.sendRequest<InitializeResult>("initialize", {
      processId: process.pid,
      rootUri: null,
      workspaceFolders: folders.map((folder) => ({ uri: pathToFileURL(folder).href, name: folder })),
      capabilities: {
        workspace: {
          workspaceFolders: true,
          codeLens: refresh,
          inlayHint: refresh,
          didChangeWatchedFiles: { dynamicRegistration: true },
        },
        textDocument: { publishDiagnostics: { relatedInformation: true, versionSupport: true } },
      },
      initializationOptions: options,
    });
    await this.connection.sendNotification("initialized", {});
    return result;
  }

  /** Opens a document and waits for what is said of it. */
  async open(uri: string, text: string): Promise<readonly Diagnostic[]> {
    this.versions.set(uri, 1);
    const said = this.#next(uri, 1);
    await this.connection.sendNotification("textDocument/didOpen", {
      textDocument: { uri, languageId: "abaw", version: 1, text },
    });
    return (await said).diagnostics;
  }

  /** Types something into a document, or exchanges all of it, and waits for what is said of it then. */
  async change(
    uri: string,
    text: string,
    at?: { readonly start: Position; readonly end: Position },
  ): Promise<readonly Diagnostic[]> {
    const version = (this.versions.get(uri) ?? 1) + 1;
    const said = this.#next(uri, version);
    this.changeOnly(uri, text, at);
    return (await said).diagnostics;
  }

  /** The same without waiting. */
  changeOnly(uri: string, text: string, at?: { readonly start: Position; readonly end: Position }): void {
    const version = (this.versions.get(uri) ?? 1) + 1;
    this.versions.set(uri, version);
    void this.connection.sendNotification("textDocument/didChange", {
      textDocument: { uri, version },
      contentChanges: [at === undefined ? { text } : { range: at, text }],
    });
  }

  close(uri: string): Promise<void> {
    return this.connection.sendNotification("textDocument/didClose", { textDocument: { uri } });
  }

  /** What is said next of a document, that fits. */
  said(uri: string, fits: (found: readonly Diagnostic[]) => boolean): Promise<readonly Diagnostic[]> {
    const last = this.#said.get(uri);
    if (last !== undefined && fits(last.diagnostics)) return Promise.resolve(last.diagnostics);
    return new Promise((resolve) => {
      this.#waiting.push({
        fits: (said) => said.uri === uri && fits(said.diagnostics),
        done: ({ diagnostics }) => resolve(diagnostics),
      });
    });
  }

  #next(uri: string, version: number): Promise<PublishDiagnosticsParams> {
    return new Promise((done) => {
      this.#waiting.push({ fits: (said) => said.uri === uri && said.version === version, done });
    });
  }

  /** The next time that the server has found out more. */
  refreshed(): Promise<void> {
    return new Promise((done) => {
      this.#refreshes.push(done);
    });
  }

  request<T>(method: string, uri: string, more: object = {}): Promise<T> {
    return this.connection.sendRequest<T>(`textDocument/${method}`, { textDocument: { uri }, ...more });
  }

  async completion(uri: string, position: Position): Promise<readonly CompletionItem[]> {
    const list = await this.request<CompletionList | null>("completion", uri, { position });
    return list?.items ?? [];
  }

  /** Ends the server as an editor does; gives the process's exit code. */
  async end(): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => {
      this.#process.on("close", resolve);
    });
    await this.connection.sendRequest("shutdown");
    await this.connection.sendNotification("exit");
    const code = await ended;
    this.connection.dispose();
    return code;
  }
}

/** Where a part of a text stands, its first occurrence; `into` letters further. */
export function positionIn(text: string, part: string, into = 0): Position {
  const offset = text.indexOf(part);
  if (offset < 0) throw new Error(`the text has no ${part}`);
  const lines = text.slice(0, offset + into).split("\n");
  return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
}
