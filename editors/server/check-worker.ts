/** The thread that checks: one file after the other, in the order of the orders. */
import { parentPort } from "node:worker_threads";
import { type Checked, Checks } from "./checker.ts";
import { shownByFile } from "./diagnostics.ts";
import type { Answer, Order } from "./messages.ts";

const open = new Map<string, string>();
const checks = new Checks(open);

/** Milliseconds without an order after which more than diagnostics is worked out. */
const pause = 40;
/** Milliseconds that something is worked out without looking up. */
const slice = 10;

interface Found {
  readonly id: number;
  readonly checked: Checked;
}

/** The last check of each file. */
const newest = new Map<string, number>();
/** Checks of which only the diagnostics have been told. */
const waiting = new Map<string, Found>();
let timer: NodeJS.Timeout | undefined;

parentPort?.on("message", (order: Order) => {
  switch (order.kind) {
    case "open":
      open.set(order.name, order.text);
      break;
    case "close":
      open.delete(order.name);
      checks.close(order.name);
      newest.delete(order.name);
      waiting.delete(order.name);
      break;
    case "forget":
      checks.forget();
      break;
    case "check": {
      const text = open.get(order.name);
      if (text === undefined) break;
      const { id, name, folder } = order;
      const checked = checks.check({ name, text }, folder);
      const { sources, diagnostics } = checked.analysis;
      const main = sources.find((source) => source.name === name) ?? { name, text };
      answer({ kind: "checked", id, found: shownByFile(main, diagnostics) });
      newest.set(name, id);
      waiting.set(name, { id, checked });
      clearTimeout(timer);
      timer = setTimeout(findOut, pause);
    }
  }
});

/** What checks found out, once their writer pauses: the next check of a file makes that of the one before worthless. */
function findOut(): void {
  const [first] = waiting;
  if (first === undefined) return;
  const [name, { id, checked }] = first;
  waiting.delete(name);
  work(name, id, findings(id, checked));
}

function* findings(id: number, checked: Checked): Generator<undefined, void> {
  answer({ kind: "facts", id, facts: yield* checked.facts() });
  answer({ kind: "costs", id, costs: yield* checked.costs() });
}

/** Does a little at a time, so that the next order need not wait. The next check of the file ends it, and has a pause of its own. */
function work(name: string, id: number, rest: Iterator<undefined>): void {
  const until = performance.now() + slice;
  while (newest.get(name) === id) {
    if (rest.next().done === true) {
      setImmediate(findOut);
      return;
    }
    if (performance.now() < until) continue;
    setImmediate(work, name, id, rest);
    return;
  }
  // Of a closed file nothing more comes: others may be waiting.
  if (!newest.has(name)) setImmediate(findOut);
}

function answer(message: Answer): void {
  parentPort?.postMessage(message);
}
