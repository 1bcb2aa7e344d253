import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { planOf } from "../plan-of.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { drawnNumbers, numberRun, numberSpec, writtenBy } from "./number-run.ts";
import { silent } from "./small-run.ts";

/** Stages of frames and one of clips; the first, of units, draws by a task that it does not learn. */
const spec = numberSpec.replaceAll("batch: ", "sample: balanced(expr), batch: ");

describe("a training that draws its rows", () => {
  test("gives the same bytes again, interrupted and resumed too, on frames and on clips", async () => {
    const root = drawnNumbers();
    const [whole, stopped] = [temporaryFolder(), temporaryFolder()];
    expect(await numberRun(root, whole, {}, spec).train()).toBe(true);
    // In the middle of epochs and of stages.
    for (const after of [3, 12, 25, 7, 9]) {
      const interruption = new AbortController();
      let steps = 0;
      const watch = { ...silent, step: () => void (++steps === after && interruption.abort()) };
      await numberRun(root, stopped, { watch, signal: interruption.signal }, spec).train();
    }
    expect(await numberRun(root, stopped, {}, spec).train()).toBe(true);
    expect(writtenBy(stopped)).toEqual(writtenBy(whole));
  });

  test("takes as many steps as without, and ends elsewhere", async () => {
    const root = drawnNumbers();
    const ends = [spec, numberSpec].map(async (text) => {
      const run = numberRun(root, temporaryFolder(), {}, text);
      await run.train();
      const progress = await Promise.all(run.plan.stages.map((stage) => run.progressOf(stage)));
      return {
        steps: progress.map((each) => each?.step),
        weights: [...writtenBy(run.options.folder.path).values()],
      };
    });
    const [drawn, plain] = await Promise.all(ends);
    expect(drawn?.steps).toEqual(plain?.steps);
    expect(drawn?.weights.filter((text) => plain?.weights.includes(text))).toEqual([]);
  });

  test("without a label to go by stops with what is amiss", async () => {
    const root = drawnNumbers();
    const file = join(root, "training_set_annotations.txt");
    const unlabelled = readFileSync(file, "utf8").replaceAll(/(\.jpg,[^,]+,[^,]+),\d/g, "$1,-1");
    writeFileSync(file, unlabelled);
    await expect(numberRun(root, temporaryFolder(), {}, spec).train()).rejects.toThrow(
      "alone(au): no row that it trains on has a label of `expr`, by which `sample` balances them",
    );
  });
});

test("how rows are drawn is in the plan and its hash where it is said, and nowhere else", () => {
  const [plain, drawn, none] = [numberSpec, spec, numberSpec.replaceAll("batch: ", "sample: none, batch: ")].map(
    (text) => planOf(text).stages,
  );
  expect(drawn?.map(({ sample }) => sample)).toEqual(drawn?.map(() => ({ kind: "balanced", task: "expr" })));
  expect(drawn?.every(({ resolved }) => resolved.includes(`"sample": {`))).toBe(true);
  expect(plain?.some((stage) => "sample" in stage || stage.resolved.includes("sample"))).toBe(false);
  expect(none?.map(({ hash }) => hash)).toEqual(plain?.map(({ hash }) => hash));
  expect(drawn?.some(({ hash }) => plain?.some((stage) => stage.hash === hash))).toBe(false);
});
