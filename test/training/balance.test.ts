import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stepCost } from "../../compiler/cost/step.ts";
import type { Tensor } from "../../runtime/engines/engine.ts";
import { onnxEngine } from "../../runtime/engines/onnx/index.ts";
import { tfjsEngine, tfjsWays } from "../../runtime/engines/tfjs/index.ts";
import { readMetrics } from "../../runtime/train/metrics-log.ts";
import { stageFiles } from "../../runtime/train/stage-files.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { tolerances } from "../tolerances.ts";
import { balancedStage, batchOf, opened, stored, tasks } from "./balance-case.ts";
import { drawnNumbers, numberRun, numberSpec, writtenBy } from "./number-run.ts";
import { silent } from "./small-run.ts";

describe.each(Object.entries(stored.results))("balancing by %s", (name, { losses, weights }) => {
  test("follows the published algorithm for ten steps", async () => {
    const trainer = await opened(name === "none" ? "none" : `${name}()`);
    try {
      for (let step = 0; step < stored.steps; step += 1) {
        const found = await trainer.step(batchOf(step), step);
        const terms = tasks.map((task) => found.get(`loss/${task}`) ?? Number.NaN);
        expect(largestDifference(terms, losses[step] ?? []), `step ${step + 1}`).toBeLessThan(tolerances.balance);
      }
      const live = await trainer.live("last");
      for (const [path, expected] of Object.entries(weights)) {
        const found = Array.from(live.get(path)?.data ?? [], Number);
        expect(largestDifference(found, expected), path).toBeLessThan(tolerances.balance);
      }
    } finally {
      await trainer.release();
    }
  });
});

test("what balancers look at is what the step is of, random draws included", async () => {
  const stage = balancedStage("famo()", " -> dropout(0.5)");
  const size = { batch: stage.batch, time: undefined };
  const constants = new Map(
    stage.parameters.map(({ path, shape }): [string, Tensor] => [
      path,
      { dtype: "float32", shape, data: Float32Array.from(stored.start[path] ?? []) },
    ]),
  );
  const evaluator = await onnxEngine.evaluator(stage.graphs.balance(size), constants);
  const trainer = await opened("famo()", " -> dropout(0.5)");
  const seen = await evaluator.run(batchOf(0));
  const done = await trainer.step(batchOf(0), 0);
  for (const task of tasks)
    expect(Number(seen.get(`loss/${task}`)?.data[0])).toBeCloseTo(done.get(`loss/${task}`) ?? 0, 6);
  await evaluator.release();
  await trainer.release();
});

test("another engine's balancers follow the same path", async () => {
  const engine = await tfjsEngine(tfjsWays.filter(({ name }) => name === "cpu"));
  const trainers = await Promise.all([
    opened("[uncertainty(), upgrad()]"),
    opened("[uncertainty(), upgrad()]", "", engine),
  ]);
  for (let step = 0; step < 5; step += 1) {
    const [ours, theirs] = await Promise.all(trainers.map((trainer) => trainer.step(batchOf(step), step)));
    for (const task of tasks) {
      const loss = ours?.get(`loss/${task}`) ?? Number.NaN;
      expect(Math.abs((theirs?.get(`loss/${task}`) ?? Number.NaN) - loss)).toBeLessThan(tolerances.balance * loss);
    }
  }
  for (const trainer of trainers) await trainer.release();
});

const balances = ["[uncertainty(), pcgrad()]", "[dwa(), cagrad([loss.au, loss.expr])]", "gradnorm()", "famo()"];

test.each(balances)(
  "a training with %s that is killed and resumed ends at the bytes of the whole one",
  async (balance) => {
    const spec = numberSpec.replace("params:    {face: {lr: 1e-4}}", `balance:   ${balance}`);
    const root = drawnNumbers();
    const [whole, stopped] = [temporaryFolder(), temporaryFolder()];
    expect(await numberRun(root, whole, {}, spec).train()).toBe(true);
    const interruption = new AbortController();
    let joint = 0;
    const watch = {
      ...silent,
      stageStarts: ({ label }: { readonly label: string }) => {
        joint = label === "together" ? 1 : 0;
      },
      step: () => void (joint > 0 && ++joint === 7 && interruption.abort()),
    };
    expect(await numberRun(root, stopped, { watch, signal: interruption.signal }, spec).train()).toBe(false);
    expect(await numberRun(root, stopped, {}, spec).train()).toBe(true);
    expect(writtenBy(stopped)).toEqual(writtenBy(whole));
    const run = numberRun(root, whole, {}, spec);
    const stage = run.plan.stages.at(-1);
    if (stage === undefined) throw new Error("there is a stage");
    const records = readMetrics(join(run.options.folder.stage(stage), stageFiles.log));
    expect(records.map(({ factors }) => Object.keys(factors ?? {}).length)).toEqual([3, 3, 3]);
    const looks = balance.includes("grad");
    expect(Object.values(records[0]?.cosines ?? {}).every((cosine) => Math.abs(cosine) <= 1)).toBe(true);
    expect(Object.keys(records[0]?.cosines ?? {}).length).toBe(!looks ? 0 : balance.includes("cagrad") ? 1 : 3);
  },
);

test("balancing is part of what a stage is, and none of it changes nothing", () => {
  const hashes = ["none", "[]", "mgda()", "upgrad()", "cagrad()", "cagrad(c: 0.4)"].map(
    (each) => balancedStage(each).hash,
  );
  expect(hashes[0]).toBe(hashes[1]);
  expect(new Set(hashes).size).toBe(5);
});

test("what it costs is counted: a forward and a backward pass for each term, over what terms share", () => {
  const cost = (balance: string) => stepCost(balancedStage(balance))?.balance ?? Number.NaN;
  expect([cost("none"), cost("uncertainty()"), cost("dwa()")]).toEqual([0, 0, 0]);
  expect(cost("famo()")).toBe(2 * cost("normalized()"));
  expect(cost("pcgrad()")).toBeGreaterThan(2 * cost("normalized()"));
});
