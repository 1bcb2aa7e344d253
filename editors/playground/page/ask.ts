import type { Answer, CallTable } from "../protocol.ts";

/** As much of a Worker as is needed here. */
export interface Port {
  postMessage(message: unknown): void;
  terminate(): void;
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

export type Outcome<T> =
  | { readonly kind: "done"; readonly value: T }
  /** A later question of the same kind made it pointless. */
  | { readonly kind: "superseded" }
  /** It took too long, and the worker was ended. */
  | { readonly kind: "stopped" }
  /** The worker failed. */
  | { readonly kind: "failed"; readonly message: string };

interface Job {
  readonly call: PropertyKey;
  readonly id: number;
  readonly input: unknown;
  settle(outcome: Outcome<unknown>): void;
}

/**
 * Asks a worker one question at a time. Of several waiting questions of one kind only the latest is asked, and an answer that a later
 * question made pointless is dropped. A question that takes too long ends the worker; the next one starts a fresh one.
 */
export class Asker<T extends CallTable<T>> {
  readonly #start: () => Port;
  readonly #limit: number;
  #port: Port | undefined;
  #running: Job | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #waiting = new Map<PropertyKey, Job>();
  #lastId = 0;

  /** @param limit milliseconds that one question may take. */
  constructor(start: () => Port, limit: number) {
    this.#start = start;
    this.#limit = limit;
  }

  /** Starts the worker ahead of the first question. */
  warm(): void {
    this.#port ??= this.#open();
  }

  ask<C extends keyof T>(call: C, input: T[C]["input"]): Promise<Outcome<T[C]["output"]>> {
    return new Promise((settle) => {
      this.#waiting.get(call)?.settle({ kind: "superseded" });
      this.#waiting.delete(call);
      this.#lastId += 1;
      const job: Job = { call, id: this.#lastId, input, settle };
      this.#waiting.set(call, job);
      this.#next();
    });
  }

  /** Ends what is running, such as on a person's wish. */
  stop(): void {
    this.#end({ kind: "stopped" });
  }

  #open(): Port {
    const port = this.#start();
    port.onmessage = ({ data }) => this.#take(data);
    // A worker that cannot be loaded, or a mistake outside any question.
    port.onerror = ({ message }) =>
      this.#end({ kind: "failed", message: message || "the worker could not be started" });
    return port;
  }

  #next(): void {
    if (this.#running !== undefined) return;
    const [job] = this.#waiting.values();
    if (job === undefined) return;
    this.#waiting.delete(job.call);
    this.#running = job;
    this.#port ??= this.#open();
    this.#timer = setTimeout(() => this.stop(), this.#limit);
    this.#port.postMessage({ id: job.id, call: job.call, input: job.input });
  }

  #take(answer: Answer): void {
    const job = this.#running;
    if (job === undefined || answer.id !== job.id) return;
    clearTimeout(this.#timer);
    this.#running = undefined;
    if (this.#waiting.has(job.call)) job.settle({ kind: "superseded" });
    else if (answer.kind === "failed") job.settle({ kind: "failed", message: answer.message });
    else job.settle({ kind: "done", value: answer.output });
    this.#next();
  }

  #end(outcome: Outcome<never>): void {
    clearTimeout(this.#timer);
    this.#port?.terminate();
    this.#port = undefined;
    const job = this.#running;
    this.#running = undefined;
    job?.settle(job !== undefined && this.#waiting.has(job.call) ? { kind: "superseded" } : outcome);
    this.#next();
  }
}
