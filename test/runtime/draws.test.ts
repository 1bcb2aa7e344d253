import { describe, expect, test } from "vitest";
import { clipWindows, singleRows } from "../../runtime/data/clips/clip-windows.ts";
import { BatchLoader } from "../../runtime/data/loader/batch-loader.ts";
import { weightedOrder } from "../../runtime/data/loader/random.ts";
import { drawWeights } from "../../runtime/train/draw-weights.ts";
import { tableOf } from "./small-table.ts";

const names = ["calm", "glad", "sad", "never"];
const meaning = { kind: "classes", names } as const;
const plan = { label: "s", sample: { kind: "balanced", task: "mood" } } as const;

/** One video, a row for each class or undefined where there is no label. */
function labelledTable(classes: readonly (number | undefined)[]) {
  const values = Float32Array.from(classes.flatMap((own) => names.map((_, i) => Number(i === own))));
  const weight = Float32Array.from(classes, (own) => Number(own !== undefined));
  return {
    ...tableOf([classes.map((_, i) => i + 1)]),
    labels: new Map([["mood", { meaning, values, weight }]]),
  };
}

const allOf = (classes: readonly unknown[]) => Int32Array.from(classes, (_, row) => row);

/** Seldom classes, one that never occurs, and rows without a label, mixed. */
const classes = Array.from({ length: 600 }, (_, i) => {
  if (i % 5 === 4) return undefined;
  return i % 50 === 0 ? 2 : i % 10 === 1 ? 1 : 0;
});

/** Σ (found − expected)² / expected. */
function chiSquare(found: readonly number[], expected: readonly number[]): number {
  return found.reduce((sum, each, i) => sum + (each - (expected[i] ?? 0)) ** 2 / (expected[i] ?? 1), 0);
}

describe("weights of rows", () => {
  test("are n / (k n_c), 1 on the mean, and 1 without a label", () => {
    const table = labelledTable([0, 0, 0, 0, 1, 2, undefined, 0]);
    const weights = drawWeights(plan, table, allOf(table.image), singleRows(allOf(table.image)));
    const [often, seldom] = [7 / (3 * 5), 7 / 3];
    const expected = [often, often, often, often, seldom, seldom, 1, often];
    expect(weights?.length).toBe(8);
    expected.forEach((weight, row) => {
      expect(weights?.[row]).toBeCloseTo(weight, 12);
    });
  });

  test("are counted over the rows that the stage trains on", () => {
    const table = labelledTable([0, 0, 0, 0, 1, 1]);
    const rows = Int32Array.of(0, 1, 2, 5);
    const weights = drawWeights(plan, table, rows, singleRows(rows));
    expect([...(weights ?? [])]).toEqual([4 / 6, 4 / 6, 4 / 6, 4 / 2].map((each) => expect.closeTo(each, 12)));
  });

  test("share out a mixed label", () => {
    const table = labelledTable([0, 0, 1]);
    const values = Float32Array.of(1, 0, 0, 0, 0.5, 0.5, 0, 0, 0, 1, 0, 0);
    const mixed = { ...table, labels: new Map([["mood", { meaning, values, weight: Float32Array.of(1, 1, 1) }]]) };
    const weights = drawWeights(plan, mixed, allOf([1, 2, 3]), singleRows(allOf([1, 2, 3])));
    // 1.5 rows of each of two classes.
    expect([...(weights ?? [])]).toEqual([1, 1, 1]);
  });

  test("of a clip are the mean of its rows', padding apart", () => {
    const table = labelledTable([0, 0, 0, 1, 1]);
    const windows = clipWindows(
      table,
      { length: 3, hop: 3, by: "rows", pad: "repeat", gap: undefined },
      allOf(table.image),
    );
    const [often, seldom] = [5 / 6, 5 / 4];
    const weights = drawWeights(plan, table, allOf(table.image), windows);
    expect([...(weights ?? [])]).toEqual([expect.closeTo(often, 12), expect.closeTo(seldom, 12)]);
    const shifted = clipWindows(
      table,
      { length: 4, hop: 4, by: "rows", pad: "mask", gap: undefined },
      allOf(table.image),
    );
    expect([...(drawWeights(plan, table, allOf(table.image), shifted) ?? [])]).toEqual([
      expect.closeTo((3 * often + seldom) / 4, 12),
      expect.closeTo(seldom, 12),
    ]);
  });

  test("are none without a sampler, and refused without a label to go by", () => {
    const table = labelledTable([0, undefined]);
    const rows = Int32Array.of(1);
    expect(drawWeights({ label: "s" }, table, rows, singleRows(rows))).toBeUndefined();
    expect(() => drawWeights(plan, table, rows, singleRows(rows))).toThrow(
      "s: no row that it trains on has a label of `mood`",
    );
  });
});

describe("draws", () => {
  const table = labelledTable(classes);
  const weights = drawWeights(plan, table, allOf(classes), singleRows(allOf(classes))) ?? new Float64Array();
  const epochs = Array.from({ length: 50 }, (_, epoch) => weightedOrder(weights, 3, epoch));
  const drawn = epochs.flatMap((order) => [...order]);

  test("are as many in an epoch as there are rows, others in each epoch and with each seed", () => {
    expect(epochs.every(({ length }) => length === classes.length)).toBe(true);
    expect(epochs[1]).not.toEqual(epochs[0]);
    expect(weightedOrder(weights, 4, 0)).not.toEqual(epochs[0]);
    expect(weightedOrder(weights, 3, 7)).toEqual(epochs[7]);
  });

  test("have classes equally often, and rows without a label as often as there are", () => {
    const kinds = [0, 1, 2, undefined];
    const found = kinds.map((kind) => drawn.filter((row) => classes[row] === kind).length);
    const unlabelled = classes.filter((own) => own === undefined).length / classes.length;
    const labelled = (drawn.length * (1 - unlabelled)) / 3;
    // Three degrees of freedom: above 16.3 once in a thousand.
    expect(chiSquare(found, [labelled, labelled, labelled, drawn.length * unlabelled])).toBeLessThan(16.3);
    // Drawn without weights they would be far from it.
    const plain = kinds.map((kind) => 50 * classes.filter((own) => own === kind).length);
    expect(chiSquare(plain, [labelled, labelled, labelled, drawn.length * unlabelled])).toBeGreaterThan(1000);
  });

  test("have each row of a class equally often", () => {
    const rows = classes.flatMap((own, row) => (own === 2 ? [row] : []));
    expect(rows.length).toBe(12);
    const found = rows.map((row) => drawn.filter((each) => each === row).length);
    const mean = found.reduce((sum, each) => sum + each, 0) / rows.length;
    // 11 degrees of freedom: above 31.3 once in a thousand.
    expect(
      chiSquare(
        found,
        rows.map(() => mean),
      ),
    ).toBeLessThan(31.3);
  });

  test("of equal weights are even, and a place of weight 0 is never drawn", () => {
    const order = [...weightedOrder(Float64Array.of(0, 1, 1, 0, 2, 0), 9, 0)];
    expect(order.every((place) => [1, 2, 4].includes(place))).toBe(true);
    const even = Array.from({ length: 400 }, (_, epoch) => [
      ...weightedOrder(new Float64Array(10).fill(0.3), 5, epoch),
    ]);
    const found = Array.from({ length: 10 }, (_, place) => even.flat().filter((each) => each === place).length);
    // 9 degrees of freedom: above 27.9 once in a thousand.
    expect(chiSquare(found, new Array<number>(10).fill(400))).toBeLessThan(27.9);
  });
});

describe("batches that are drawn", () => {
  const sides = [0, 0, 0, 0, 0, 0, 1, undefined, 0];
  const table = labelledTable(sides);
  const rows = allOf(sides);

  test("are functions of seed, epoch and place; an epoch has as many as without sampling", async () => {
    const windows = singleRows(rows);
    const sources = {
      table,
      windows,
      time: false,
      images: new Map(),
      features: new Map(),
      tasks: [{ name: "mood", meaning }],
      pad: "repeat",
    } as const;
    const options = { batch: 4, seed: 3, training: true, fixedSize: true };
    const weights = drawWeights(plan, table, rows, windows);
    const loader = () => new BatchLoader(sources, { ...options, weights });
    expect(loader().steps).toBe(new BatchLoader(sources, options).steps);
    const asked = loader();
    const inOrder: number[][] = [];
    for (const [epoch, index] of [0, 1, 2].flatMap((e) => [0, 1, 2].map((i) => [e, i] as const)))
      inOrder.push([...(await asked.at(epoch, index)).rows]);
    expect([...(await loader().at(2, 1)).rows]).toEqual(inOrder[7]);
    expect(inOrder[2]?.filter((row) => row >= 0).length).toBe(1);
    const epoch = inOrder.slice(3, 6).flat();
    const expected = [...weightedOrder(weights ?? new Float64Array(), 3, 1)];
    expect(epoch.filter((row) => row >= 0)).toEqual(expected);
  });
});
