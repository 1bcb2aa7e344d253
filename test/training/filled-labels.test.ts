import { expect, test } from "vitest";
import type { TaskMeaning } from "../../compiler/library/task.ts";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import type { Run } from "../../runtime/run/run-plan.ts";
import { filledTable } from "../../runtime/train/filled-labels.ts";

import { tableOf } from "../runtime/small-table.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { drawnNumbers, numberRun, numberSpec, writtenBy } from "./number-run.ts";
import { silent } from "./small-run.ts";

const fill = (task: string, above?: number) => ({ task, stage: "s", ...(above === undefined ? {} : { above }) });
const numbers = (values: ArrayLike<number> | undefined) => Array.from(values ?? [], (x) => Number(x.toFixed(4)));

test("rows get their likeliest class where it is so likely, and keep the labels they have", () => {
  const meaning: TaskMeaning = { kind: "classes", names: ["Calm", "Glad", "Sad"] };
  const table = {
    ...tableOf([[1, 2, 3]]),
    labels: new Map([
      ["mood", { meaning, values: Float32Array.of(0, 0, 1, 0, 0, 0, 0, 0, 0), weight: Float32Array.of(1, 0, 0) }],
    ]),
  };
  const predictions = Float32Array.of(0.9, 0.1, 0, 0.1, 0.8, 0.1, 0.4, 0.3, 0.3);
  const filled = filledTable(table, [{ fill: fill("mood", 0.75), meaning, predictions }]).labels.get("mood");
  expect(numbers(filled?.values)).toEqual([0, 0, 1, 0, 1, 0, 0, 0, 0]);
  expect(numbers(filled?.weight)).toEqual([1, 1, 0]);
  expect(numbers(table.labels.get("mood")?.weight)).toEqual([1, 0, 0]);
});

test("each unit is filled by itself, where it is surely there and where it surely is not", () => {
  const meaning: TaskMeaning = { kind: "units", names: ["AU1", "AU2"] };
  const table = {
    ...tableOf([[1, 2]]),
    labels: new Map([["au", { meaning, values: Float32Array.of(1, 0, 0, 0), weight: Float32Array.of(1, 0, 0, 0) }]]),
  };
  const predictions = Float32Array.of(0, 0.05, 0.95, 0.6);
  const filled = filledTable(table, [{ fill: fill("au", 0.9), meaning, predictions }]).labels.get("au");
  expect(numbers(filled?.values)).toEqual([1, 0, 1, 0]);
  expect(numbers(filled?.weight)).toEqual([1, 1, 1, 0]);
});

test("a scalar that data do not label at all is what is predicted", () => {
  const meaning: TaskMeaning = { kind: "scalar", min: -1, max: 1 };
  const filled = filledTable(tableOf([[1], [1]]), [
    { fill: fill("level"), meaning, predictions: Float32Array.of(0.25, -0.5) },
  ]).labels.get("level");
  expect(numbers(filled?.values)).toEqual([0.25, -0.5]);
  expect(numbers(filled?.weight)).toEqual([1, 1]);
});

/** Every second training row has no expression. */
const spec = `${numberSpec.replace(/^together.*$/m, "")}
guessed = faces with {labels.expr: fill(alone(expr).expr, above: 0.19)}
first   = alone(expr)
stage second = train system([expr]) on guessed {
  where:     valid(expr)
  optimizer: adamw(1e-3)
  batch: 8, duration: 2 epochs
}
`;

const named = (run: Run, label: string): StagePlan => {
  const stage = run.plan.stages.find((each) => each.label === label);
  if (stage === undefined) throw new Error(`no ${label}`);
  return stage;
};

test("a stage waits for the one that fills its labels, trains on them, and goes on to the same bytes", async () => {
  const root = drawnNumbers(
    () => 12,
    (row) => row % 2 === 0,
  );
  const [whole, stopped] = [temporaryFolder(), temporaryFolder()];
  const run = numberRun(root, whole, {}, spec);
  expect(run.plan.stages.map(({ label }) => label)).toEqual(["first", "second"]);
  expect(await run.train()).toBe(true);

  const second = named(run, "second");
  const { data } = await run.trainingInputsOf(second);
  const before = (await run.dataOf(second.data)).parts.get("train")?.labels.get("expr");
  const after = data.parts.get("train")?.labels.get("expr");
  const predictions = await run.predict(run.over(named(run, "first"), second.data), "expr", "train");
  const rows = after?.weight.length ?? 0;
  let filled = 0;
  for (let row = 0; row < rows; row += 1) {
    const own = predictions.subarray(8 * row, 8 * (row + 1));
    const labelled = (before?.weight[row] ?? 0) > 0;
    expect((after?.weight[row] ?? 0) > 0).toBe(labelled || Math.max(...own) >= 0.19);
    if (labelled) continue;
    filled += after?.weight[row] ?? 0;
  }
  expect(filled).toBeGreaterThan(0);
  expect(filled).toBeLessThan(rows / 2);
  // What it is judged by has its own labels alone.
  expect(data.parts.get("val")).toBe((await run.dataOf(second.data)).parts.get("val"));

  const interruption = new AbortController();
  let [label, steps] = ["", 0];
  const watch = {
    ...silent,
    stageStarts: (stage: StagePlan) => {
      label = stage.label;
    },
    step: () => {
      steps += label === "second" ? 1 : 0;
      if (steps === 2) interruption.abort();
    },
  };
  expect(await numberRun(root, stopped, { watch, signal: interruption.signal }, spec).train()).toBe(false);
  expect(await numberRun(root, stopped, {}, spec).train()).toBe(true);
  expect(writtenBy(stopped)).toEqual(writtenBy(whole));
});

test("another confidence is another stage, and one that trains on fewer rows", async () => {
  const sure = numberRun("nowhere", temporaryFolder(), {}, spec.replace("above: 0.19", "above: 0.999"));
  const unsure = numberRun("nowhere", temporaryFolder(), {}, spec);
  expect(named(sure, "second").hash).not.toBe(named(unsure, "second").hash);
  expect(named(sure, "first").hash).toBe(named(unsure, "first").hash);
  expect(named(sure, "second").fills).toEqual([{ task: "expr", stage: named(sure, "first").hash, above: 0.999 }]);
});
