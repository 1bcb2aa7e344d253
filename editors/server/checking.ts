import { Worker } from "node:worker_threads";
import type { Diagnostic } from "vscode-languageserver";
import type { Facts } from "../../compiler/edit/index.ts";
import type { Answer, Order } from "./messages.ts";

/** A check that takes longer is given up: something is wrong with the checker, not with the text. */
const patience = 30_000;

export interface CheckListener {
  /** Diagnostics by file, of a check of the file that is named. */
  checked(name: string, version: number, found: ReadonlyMap<string, readonly Diagnostic[]>): void;
  facts(name: string, facts: Facts): void;
  costs(name: string, costs: ReadonlyMap<string, number>): void;
  /** The checker came to an end by itself, or was given up, while it checked this. */
  failed(name: string, version: number, reason: string): void;
}

interface Running {
  readonly id: number;
  readonly name: string;
  readonly version: number;
  readonly timer: NodeJS.Timeout;
}

/**
 * Checks files in a thread of their own, one at a time. What is asked for while another is running waits; of one file only the newest
 * version is checked.
 */
export class Checking {
  readonly #listener: CheckListener;
  readonly #open = new Map<string, string>();
  /** Files that wait, by name, in order. */
  readonly #waiting = new Map<string, { readonly version: number; readonly folder: string }>();
  /** Files by their checks, of which something is still to come. */
  readonly #names = new Map<number, string>();
  #worker: Worker | undefined;
  #running: Running | undefined;
  #last = 0;
  #ended = false;

  constructor(listener: CheckListener) {
    this.#listener = listener;
  }

  /** The text of an open document as it is now. */
  open(name: string, text: string): void {
    this.#open.set(name, text);
    this.#worker?.postMessage({ kind: "open", name, text } satisfies Order);
  }

  close(name: string): void {
    this.#open.delete(name);
    this.#waiting.delete(name);
    this.#worker?.postMessage({ kind: "close", name } satisfies Order);
  }

  /** Files on disk have changed. */
  forget(): void {
    this.#worker?.postMessage({ kind: "forget" } satisfies Order);
  }

  check(name: string, version: number, folder: string): void {
    this.#waiting.delete(name);
    this.#waiting.set(name, { version, folder });
    this.#next();
  }

  async end(): Promise<void> {
    this.#ended = true;
    this.#waiting.clear();
    if (this.#running !== undefined) clearTimeout(this.#running.timer);
    await this.#worker?.terminate();
  }

  #next(): void {
    if (this.#running !== undefined || this.#ended) return;
    const [first] = this.#waiting;
    if (first === undefined) return;
    const [name, { version, folder }] = first;
    this.#waiting.delete(name);
    this.#last += 1;
    const id = this.#last;
    const timer = setTimeout(() => this.#giveUp("it took too long"), patience);
    this.#running = { id, name, version, timer };
    for (const [older, of] of this.#names) if (of === name) this.#names.delete(older);
    this.#names.set(id, name);
    this.#worker ??= this.#start();
    this.#worker.postMessage({ kind: "check", id, name, folder } satisfies Order);
  }

  #start(): Worker {
    const worker = openWorker();
    worker.on("message", (answer: Answer) => this.#receive(answer));
    worker.on("error", (problem) => this.#fail(worker, problem.message));
    worker.on("exit", () => this.#fail(worker, "it ended"));
    for (const [name, text] of this.#open) worker.postMessage({ kind: "open", name, text } satisfies Order);
    return worker;
  }

  #receive(answer: Answer): void {
    const name = this.#names.get(answer.id);
    if (name === undefined) return;
    if (answer.kind === "costs") {
      this.#names.delete(answer.id);
      this.#listener.costs(name, answer.costs);
      return;
    }
    if (answer.kind === "facts") {
      this.#listener.facts(name, answer.facts);
      return;
    }
    const running = this.#running;
    if (running?.id !== answer.id) return;
    clearTimeout(running.timer);
    this.#running = undefined;
    this.#listener.checked(name, running.version, answer.found);
    this.#next();
  }

  #giveUp(reason: string): void {
    const worker = this.#worker;
    if (worker === undefined) return;
    void worker.terminate();
    this.#fail(worker, reason);
  }

  /** The next check starts another thread. */
  #fail(worker: Worker, reason: string): void {
    if (this.#worker !== worker || this.#ended) return;
    this.#worker = undefined;
    const running = this.#running;
    this.#running = undefined;
    if (running !== undefined) {
      clearTimeout(running.timer);
      this.#names.delete(running.id);
      this.#listener.failed(running.name, running.version, reason);
    }
    this.#next();
  }
}

/** In the package the worker is a file beside this one; from source it is TypeScript, which it must first learn to load. */
function openWorker(): Worker {
  if (!import.meta.url.endsWith(".ts")) return new Worker(new URL("./check-worker.js", import.meta.url));
  const loader = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  const entry = JSON.stringify(new URL("./check-worker.ts", import.meta.url).href);
  const code = `import(${loader}).then(({ register }) => { register(); return import(${entry}); })`;
  return new Worker(code, { eval: true, execArgv: [] });
}
