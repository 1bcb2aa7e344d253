import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Schedule } from "../../compiler/lower/plan.ts";
import { readMetrics } from "../../runtime/train/metrics-log.ts";
import { scheduleValue } from "../../runtime/train/schedule-value.ts";
import { stageFiles } from "../../runtime/train/stage-files.ts";
import { planOf } from "../plan-of.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { drawnNumbers, numberRun, numberSpec, writtenBy } from "./number-run.ts";
import { silent } from "./small-run.ts";

/** What test/reference/make_plateau.py stored: rates in each epoch, by scores at their ends. */
const stored: {
  readonly scores: readonly number[];
  readonly cases: readonly { readonly patience: number; readonly factor: number; readonly rates: readonly number[] }[];
} = JSON.parse(readFileSync(new URL("../reference/plateau.json", import.meta.url), "utf8"));

const perEpoch = 7;

test.each(stored.cases)("falls as PyTorch's: patience $patience, factor $factor", ({ patience, factor, rates }) => {
  const schedule: Schedule = {
    kind: "plateau",
    peak: 1,
    factor,
    patience: { unit: "epochs", value: patience },
    warmup: undefined,
  };
  const better = stored.scores.flatMap((score, i) =>
    stored.scores.slice(0, i).every((before) => before < score) ? [(i + 1) * perEpoch] : [],
  );
  const calendar = { stepsPerEpoch: perEpoch, totalSteps: 1000, judged: { every: perEpoch, better } };
  const found = rates.flatMap((_, epoch) => [
    scheduleValue(schedule, epoch * perEpoch, calendar),
    scheduleValue(schedule, (epoch + 1) * perEpoch - 1, calendar),
  ]);
  rates.forEach((rate, epoch) => {
    expect(found[2 * epoch]).toBeCloseTo(rate, 12);
    expect(found[2 * epoch + 1]).toBeCloseTo(rate, 12);
  });
});

test("waits until the warm-up is over, and not for what is never judged", () => {
  const schedule: Schedule = {
    kind: "plateau",
    peak: 1,
    factor: 0.1,
    patience: { unit: "epochs", value: 2 },
    warmup: { unit: "epochs", value: 2 },
  };
  const plain = { stepsPerEpoch: 4, totalSteps: 100 };
  const judged = { ...plain, judged: { every: 4, better: [4] } };
  expect([0, 7, 8, 15, 16].map((step) => scheduleValue(schedule, step, judged))).toEqual([0.125, 1, 1, 1, 0.1]);
  expect(scheduleValue(schedule, 99, plain)).toBe(1);
});

/** Rates, and a factor of the loss, that follow scores. */
const spec = numberSpec
  .replaceAll(/adamw\((.*)\)$/gm, "adamw(plateau(1e-3, factor: 0.5, patience: 1 epochs))")
  .replaceAll("duration: 3 epochs", "duration: 6 epochs")
  .replace("{goal: criterion[goal]}", "{goal: plateau(2, patience: 2 epochs) * criterion[goal]}");

test("a training whose rate follows its scores gives the same bytes when it is interrupted and resumed", async () => {
  const root = drawnNumbers();
  const [whole, stopped] = [temporaryFolder(), temporaryFolder()];
  const run = numberRun(root, whole, {}, spec);
  expect(await run.train()).toBe(true);
  const rates = run.plan.stages.flatMap((stage) =>
    readMetrics(join(run.options.folder.stage(stage), stageFiles.log)).map(({ rate }) => rate),
  );
  expect(new Set(rates).size).toBeGreaterThan(2);
  for (const after of [3, 30, 41, 22, 50]) {
    const interruption = new AbortController();
    let steps = 0;
    const watch = { ...silent, step: () => void (++steps === after && interruption.abort()) };
    await numberRun(root, stopped, { watch, signal: interruption.signal }, spec).train();
  }
  expect(await numberRun(root, stopped, {}, spec).train()).toBe(true);
  expect(writtenBy(stopped)).toEqual(writtenBy(whole));
});

test("falls by what is judged where a stage keeps its last weights too", async () => {
  const root = drawnNumbers();
  const [alone, beside] = await Promise.all(
    ["best(score(expr))", "{good: best(score(expr)), end: last}"].map(async (keep) => {
      const one = `stage one = train system([expr]) on faces {
        optimizer: adamw(plateau(1e-3, factor: 0.5, patience: 1 epochs))
        duration: 9 epochs, batch: 8, keep: ${keep}
      }`;
      const text = `${numberSpec.slice(0, numberSpec.indexOf("stage alone"))}${one}`;
      const run = numberRun(root, temporaryFolder(), {}, text);
      const [stage] = run.plan.stages;
      expect(await run.train()).toBe(true);
      return stage && readMetrics(join(run.options.folder.stage(stage), stageFiles.log)).map(({ rate }) => rate);
    }),
  );
  expect(new Set(alone).size).toBeGreaterThan(2);
  expect(beside).toEqual(alone);
});

test("its patience is written out in the plan", () => {
  const plain = planOf(
    numberSpec.replaceAll(/adamw\((.*)\)$/gm, "adamw(plateau(1e-3))").replaceAll("3 epochs", "30 epochs"),
  );
  expect(plain.stages[0]?.groups[0]?.rate).toEqual({
    kind: "plateau",
    peak: 1e-3,
    factor: 0.1,
    patience: { unit: "epochs", value: 10 },
    warmup: undefined,
  });
});
