import { expect, test, vi } from "vitest";
import { watchRun } from "../../cli/watch-run.ts";
import type { TaskScore } from "../../runtime/evaluate/score-task.ts";

test("a judgement is told by scores, or by the loss where there is no task", () => {
  const said: string[] = [];
  const write = vi.spyOn(process.stderr, "write").mockImplementation((text) => said.push(String(text)) > 0);
  const watch = watchRun(false);
  const scores = new Map<string, TaskScore>();
  watch.epoch(1, scores, 0.25);
  write.mockRestore();
  expect(said).toEqual(["  epoch 1: loss 0.2500\n"]);
});
