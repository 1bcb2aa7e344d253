import { describe, expect, test } from "vitest";
import { singleRows } from "../../runtime/data/clips/clip-windows.ts";
import { balancedWeights, drawnOrder } from "../../runtime/data/loader/sampling.ts";
import { tableOf } from "../runtime/small-table.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { drawnNumbers, numberRun, numberSpec, writtenBy } from "./number-run.ts";
import { silent } from "./small-run.ts";

/** Rows of three classes, 12, 6 and 2 of them, and 4 without a label; a fourth class does not occur. */
function rare() {
  const table = tableOf([Array.from({ length: 24 }, (_, i) => i + 1)]);
  const classes = [...new Array<number>(12).fill(0), ...new Array<number>(6).fill(1), 2, 2, -1, -1, -1, -1];
  const values = new Float32Array(24 * 4);
  classes.forEach((each, row) => {
    if (each >= 0) values[row * 4 + each] = 1;
  });
  const expr = {
    meaning: { kind: "classes", names: ["a", "b", "c", "d"] } as const,
    values,
    weight: Float32Array.from(classes, (each) => Number(each >= 0)),
  };
  return { table: { ...table, labels: new Map([["expr", expr]]) }, classes };
}

describe("drawing classes equally often", () => {
  const { table, classes } = rare();
  const all = singleRows(Int32Array.from({ length: 24 }, (_, i) => i));

  test("weighs rows by how rare their class is, 1 on average and without a label", () => {
    const weights = Array.from(balancedWeights(table, all, "expr"));
    const mean = 20 / 3;
    expect(weights).toEqual(classes.map((each) => (each < 0 ? 1 : mean / ([12, 6, 2][each] ?? 1))));
    expect(weights.slice(0, 20).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(20, 9);
  });

  test("draws each class as often as the others", () => {
    const weights = balancedWeights(table, all, "expr");
    const counts = new Map<number, number>();
    const epochs = 2000;
    for (let epoch = 0; epoch < epochs; epoch += 1)
      for (const row of drawnOrder(weights, 3, epoch)) {
        const own = classes[row] ?? -1;
        counts.set(own, (counts.get(own) ?? 0) + 1);
      }
    // Of 24 draws an epoch 20/3 of each class and 4 without: within four standard deviations.
    for (const [own, count] of counts) {
      const share = (own < 0 ? 4 : 20 / 3) / 24;
      const draws = 24 * epochs;
      expect(Math.abs(count - draws * share)).toBeLessThan(4 * Math.sqrt(draws * share * (1 - share)));
    }
    expect(counts.size).toBe(4);
  });

  test("is another draw in each epoch, and the same again", () => {
    const weights = balancedWeights(table, all, "expr");
    expect(drawnOrder(weights, 3, 1)).toEqual(drawnOrder(weights, 3, 1));
    expect(drawnOrder(weights, 3, 1)).not.toEqual(drawnOrder(weights, 3, 2));
    expect(drawnOrder(weights, 3, 1)).not.toEqual(drawnOrder(weights, 4, 1));
  });

  test("weighs a window by its rows, without padding", () => {
    const windows = { count: 2, length: 3, rows: Int32Array.of(0, 12, 18, 20, 19, -1) };
    // Classes 0, 1, 2 and none, 2: one row of the first two and two of the third.
    const mean = 4 / 3;
    const [first = 0, second = 0] = balancedWeights(table, windows, "expr");
    expect(first).toBeCloseTo((mean + mean + mean / 2) / 3, 9);
    expect(second).toBeCloseTo((1 + mean / 2) / 2, 9);
  });
});

test("a stage that draws so trains otherwise, and interrupted it ends as it would have", {
  timeout: 60_000,
}, async () => {
  const [root, plain, whole, folder] = [drawnNumbers(), temporaryFolder(), temporaryFolder(), temporaryFolder()];
  const text = numberSpec.replaceAll("batch:", "sample: balanced(expr), batch:");
  await numberRun(root, plain).train();
  await numberRun(root, whole, {}, text).train();
  const interruption = new AbortController();
  let steps = 0;
  const watch = { ...silent, step: () => void (++steps === 12 && interruption.abort()) };
  await numberRun(root, folder, { watch, signal: interruption.signal }, text).train();
  await numberRun(root, folder, {}, text).train();
  expect(writtenBy(folder)).toEqual(writtenBy(whole));
  const hashes = (path: string, spec?: string) => numberRun(root, path, {}, spec).plan.stages.map(({ hash }) => hash);
  const [before, after] = [hashes(plain), hashes(whole, text)];
  expect(after.filter((hash) => before.includes(hash))).toEqual([]);
});
