import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Asker, type Port } from "../../editors/playground/page/ask.ts";

interface Calls {
  readonly check: { readonly input: string; readonly output: string };
  readonly draw: { readonly input: string; readonly output: string };
}

/** A worker that answers when it is told to. */
class FakePort implements Port {
  onmessage: Port["onmessage"] = null;
  onerror: Port["onerror"] = null;
  readonly asked: { readonly id: number; readonly call: string; readonly input: string }[] = [];
  ended = false;

  postMessage(message: (typeof this.asked)[number]): void {
    this.asked.push(message);
  }

  terminate(): void {
    this.ended = true;
  }

  answer(): void {
    const { id, call, input } = this.asked.at(-1)!;
    this.onmessage?.({ data: { id, kind: "answer", output: `${call} of ${input}` } } as MessageEvent);
  }
}

const ports: FakePort[] = [];
const asker = () =>
  new Asker<Calls>(() => {
    const port = new FakePort();
    ports.push(port);
    return port;
  }, 1000);

beforeEach(() => {
  vi.useFakeTimers();
  ports.length = 0;
});
afterEach(() => vi.useRealTimers());

describe("a worker is asked", () => {
  test("one question at a time, and no second worker is started", async () => {
    const ask = asker();
    const both = [ask.ask("check", "a"), ask.ask("draw", "b")];
    expect(ports[0]?.asked.map(({ input }) => input)).toEqual(["a"]);
    ports[0]?.answer();
    expect(ports[0]?.asked.map(({ input }) => input)).toEqual(["a", "b"]);
    ports[0]?.answer();
    expect(await Promise.all(both)).toEqual([
      { kind: "done", value: "check of a" },
      { kind: "done", value: "draw of b" },
    ]);
    expect(ports.length).toBe(1);
  });

  test("only the latest of a kind, and an answer that came too late is dropped", async () => {
    const ask = asker();
    const all = ["a", "b", "c"].map((text) => ask.ask("check", text));
    ports[0]?.answer();
    expect(ports[0]?.asked.map(({ input }) => input)).toEqual(["a", "c"]);
    ports[0]?.answer();
    expect(await Promise.all(all)).toEqual([
      { kind: "superseded" },
      { kind: "superseded" },
      { kind: "done", value: "check of c" },
    ]);
  });

  test("for so long: then it is ended, the question has stopped, and the next one starts a fresh worker", async () => {
    const ask = asker();
    const slow = ask.ask("check", "a");
    const next = ask.ask("draw", "b");
    vi.advanceTimersByTime(999);
    expect(ports[0]?.ended).toBe(false);
    vi.advanceTimersByTime(1);
    expect(ports[0]?.ended).toBe(true);
    expect(await slow).toEqual({ kind: "stopped" });
    ports[1]?.answer();
    expect(await next).toEqual({ kind: "done", value: "draw of b" });
  });

  test("no longer than a person wishes", async () => {
    const ask = asker();
    const slow = ask.ask("check", "a");
    ask.stop();
    expect([ports[0]?.ended, await slow]).toEqual([true, { kind: "stopped" }]);
  });

  test("an answer of a worker that was ended is not taken for the next one's", async () => {
    const ask = asker();
    const first = ask.ask("check", "a");
    ask.stop();
    await first;
    const second = ask.ask("check", "b");
    ports[0]?.answer();
    ports[1]?.answer();
    expect(await second).toEqual({ kind: "done", value: "check of b" });
  });

  test("and a failure is said: of one question, or of the worker itself", async () => {
    const ask = asker();
    const first = ask.ask("check", "a");
    ports[0]?.onmessage?.({ data: { id: 1, kind: "failed", message: "no" } } as MessageEvent);
    expect(await first).toEqual({ kind: "failed", message: "no" });
    const second = ask.ask("check", "b");
    ports[0]?.onerror?.({ message: "not loaded" } as ErrorEvent);
    expect(await second).toEqual({ kind: "failed", message: "not loaded" });
  });
});
