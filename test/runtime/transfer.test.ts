import { expect, test } from "vitest";
import { transfersOf } from "../../runtime/report/transfer.ts";
import { resultsOf } from "../../runtime/run/results.ts";
import { drawnNumbers, numberRun } from "../training/number-run.ts";
import { temporaryFolder } from "./temporary-folder.ts";

test("what a task gains or loses is told against the best stage that learned it alone", {
  timeout: 60_000,
}, async () => {
  const run = numberRun(drawnNumbers(), temporaryFolder());
  await run.train();
  const results = await resultsOf(run);
  const scoreOf = (of: string, task: string) =>
    results.find((result) => result.of === of && result.task.name === task)?.score.score ?? Number.NaN;
  expect(transfersOf(run.plan.stages, results)).toEqual(
    ["au", "expr", "valence"].map((task) => ({
      of: "together",
      task,
      alone: `alone(${task})`,
      difference: scoreOf("together", task) - scoreOf(`alone(${task})`, task),
    })),
  );
  // The better of two, and none where no stage learned the task alone.
  const better = results.map((result) => (result.of === "alone(expr)" ? { ...result, of: "alone(au)" } : result));
  expect(transfersOf(run.plan.stages, better).map(({ task }) => task)).toEqual(["au", "valence"]);
  expect(
    transfersOf(
      run.plan.stages.filter(({ tasks }) => tasks.length > 1),
      results,
    ),
  ).toEqual([]);
});
