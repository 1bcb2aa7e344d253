import type { Answer, CallTable } from "../protocol.ts";

type Answers<T extends CallTable<T>> = {
  readonly [C in keyof T]: (input: T[C]["input"]) => T[C]["output"] | Promise<T[C]["output"]>;
};

/** Answers the page's questions one after the other. */
export function serve<T extends CallTable<T>>(answers: Answers<T>): void {
  let before: Promise<void> = Promise.resolve();
  self.addEventListener("message", ({ data }: MessageEvent<{ id: number; call: keyof T; input: never }>) => {
    before = before.then(async () => {
      self.postMessage(await answer(data.id, async () => answers[data.call](data.input)));
    });
  });
}

async function answer(id: number, make: () => Promise<unknown>): Promise<Answer> {
  try {
    return { id, kind: "answer", output: await make() };
  } catch (problem) {
    return { id, kind: "failed", message: problem instanceof Error ? problem.message : String(problem) };
  }
}
