import { describe, expect, test } from "vitest";
import type { Fit, Stream } from "../../compiler/lower/plan.ts";
import { biasing } from "../../runtime/assemble/biases.ts";
import { candidatesOf, crossFitted, type Fitted, fitOn } from "../../runtime/assemble/cross-fit.ts";
import { matching } from "../../runtime/assemble/moments.ts";
import { smooth } from "../../runtime/assemble/smooth.ts";
import { streamValues } from "../../runtime/assemble/stream-values.ts";
import { thresholding } from "../../runtime/assemble/thresholds.ts";
import { weighing } from "../../runtime/assemble/weights.ts";
import type { LabelColumn } from "../../runtime/data/label-column.ts";
import { uniform } from "../../runtime/data/loader/random.ts";
import type { Part } from "../../runtime/data/open-data.ts";
import { greatest, scoreTask } from "../../runtime/evaluate/score-task.ts";
import { tableOf } from "./small-table.ts";

type Smoothing = Extract<Stream, { readonly kind: "gaussian" | "box" | "median" }>;

const frames = (value: number) => ({ unit: "frames", value }) as const;
const smoothing = (kind: Smoothing["kind"], width: number, unit: "frames" | "rows" = "frames"): Smoothing => ({
  kind,
  width: { unit, value: width },
  within: undefined,
  stream: { kind: "head", stage: "", task: "valence" },
});

describe("smoothing", () => {
  const table = tableOf([
    [1, 2, 3, 10],
    [1, 2],
  ]);
  const values = Float32Array.of(0, 3, 6, 100, 7, 9);

  test("by a box of three frames averages neighbours in the same video, by frame and not by row", () => {
    expect(Array.from(smooth(values, 1, table, smoothing("box", 3)))).toEqual([1.5, 3, 4.5, 100, 8, 8]);
  });

  test("by rows takes the neighbour row, however far its frame", () => {
    expect(Array.from(smooth(values, 1, table, smoothing("box", 3, "rows"))).slice(2, 4)).toEqual([
      Math.fround(109 / 3),
      53,
    ]);
  });

  test("by the median drops what stands out", () => {
    const three = tableOf([[1, 2, 3]]);
    expect(Array.from(smooth(Float32Array.of(1, 50, 2), 1, three, smoothing("median", 3)))[1]).toBe(2);
  });

  test("by a Gaussian weighs by exp(−d²/2σ²), to the end of the video", () => {
    const [first] = smooth(values, 1, table, smoothing("gaussian", 1));
    const weight = (d: number) => Math.exp((-d * d) / 2);
    expect(first).toBeCloseTo((3 * weight(1) + 6 * weight(2)) / (1 + weight(1) + weight(2)), 5);
  });

  test("looks no further than `within`", () => {
    const narrow = { ...smoothing("gaussian", 100), within: frames(1) };
    expect(smooth(values, 1, table, narrow)[0]).toBeCloseTo(1.5, 3);
  });

  test("keeps the columns of wide rows apart", () => {
    const two = tableOf([[1, 2]]);
    expect(Array.from(smooth(Float32Array.of(0, 10, 2, 20), 2, two, smoothing("box", 3)))).toEqual([1, 15, 1, 15]);
  });
});

describe("fitted thresholds", () => {
  // Unit a is right from 0.3 on, unit b from 0.7 on, in every video.
  const table = tableOf(Array.from({ length: 6 }, () => [1, 2, 3, 4]));
  const columns = [
    [0.1, 0.2, 0.35, 0.6],
    [0.2, 0.5, 0.65, 0.9],
  ] as const;
  const values = Float32Array.from({ length: 48 }, (_, i) => columns[i % 2]?.[Math.floor(i / 2) % 4] ?? 0);
  const labels = {
    meaning: { kind: "units", names: ["a", "b"] } as const,
    values: Float32Array.from(values, (value, i) => Number(value >= (i % 2 === 0 ? 0.3 : 0.7))),
    weight: new Float32Array(48).fill(1),
  };
  const fit = { from: 0.1, to: 0.9, by: 0.1, each: "label", on: "val", folds: 3 } as const;

  test("find each unit's own, and are judged on videos they have not seen", () => {
    const { numbers, folds, on, what } = fitOn(thresholding(values), labels, table, fit);
    const [a = 0, b = 0] = numbers;
    expect(a).toBeGreaterThan(0.2);
    expect(a).toBeLessThanOrEqual(0.35);
    expect(b).toBeGreaterThan(0.65);
    expect(b).toBeLessThanOrEqual(0.9);
    expect([what, on, folds]).toEqual(["threshold", "val", 3]);
    expect(scoreTask(labels.meaning, crossFitted(thresholding(values), labels, table, fit), labels).score).toBe(1);
  });

  test("one for all is a compromise", () => {
    expect(new Set(fitOn(thresholding(values), labels, table, { ...fit, each: "all" }).numbers).size).toBe(1);
  });
});

/** Drawn scores of classes and labels that follow them loosely, one class much too seldom said. */
function drawnClasses(videos: number, count: number) {
  const table = tableOf(Array.from({ length: videos }, () => [1, 2, 3, 4, 5, 6]));
  const values = Float32Array.from({ length: table.rows * count }, (_, i) => uniform(1, 0, i));
  const labels: LabelColumn = {
    meaning: { kind: "classes", names: Array.from({ length: count }, (_, i) => `c${i}`) },
    values: new Float32Array(values.length),
    weight: Float32Array.from({ length: table.rows }, (_, row) => Number(row % 7 !== 0)),
  };
  for (let row = 0; row < table.rows; row += 1) {
    const loose = values
      .slice(row * count, (row + 1) * count)
      .map((value, c) => value + uniform(2, row, c) / 2 + Number(c === 1) / 2);
    labels.values[row * count + greatest(loose, 0, count)] = 1;
  }
  return { table, values, labels };
}

const biasFit: Fit = { from: -1, to: 1, by: 0.1, each: "label", on: "val", folds: 4 };

describe("fitted biases", () => {
  const { table, values, labels } = drawnClasses(12, 4);
  const all = Array.from({ length: table.rows }, () => true);
  const scoreWith = (numbers: readonly number[]) =>
    scoreTask(labels.meaning, biasing(values).apply(numbers), labels).score ?? Number.NaN;

  test("are better than none, and no single one could be better", () => {
    const numbers = biasing(values).choose(labels, all, biasFit);
    const reached = scoreWith(numbers);
    expect(reached).toBeGreaterThan(scoreWith([0, 0, 0, 0]) + 0.02);
    for (const place of numbers.keys())
      for (const candidate of candidatesOf(biasFit))
        expect(scoreWith(numbers.map((each, i) => (i === place ? candidate : each)))).toBeLessThanOrEqual(
          reached + 1e-12,
        );
  });

  test("that are one for all are none", () => {
    expect(biasing(values).choose(labels, all, { ...biasFit, each: "all" })).toEqual([0, 0, 0, 0]);
  });

  test("judge no video by its own labels", () => {
    const other = { ...labels, values: labels.values.slice() };
    const own = (row: number) => table.video[row] === 3;
    for (let row = 0; row < table.rows; row += 1) {
      if (!own(row)) continue;
      other.values.fill(0, row * 4, row * 4 + 4);
      other.values[row * 4] = 1;
    }
    const [before, after] = [labels, other].map((each) => crossFitted(biasing(values), each, table, biasFit));
    const rowsIn = (all: Float32Array | undefined) =>
      Array.from({ length: table.rows }, (_, row) => row).flatMap((row) =>
        own(row) ? [Array.from(all?.slice(row * 4, row * 4 + 4) ?? [])] : [],
      );
    expect(rowsIn(after)).toEqual(rowsIn(before));
    expect(after).not.toEqual(before);
  });
});

describe("matched moments", () => {
  const table = tableOf([
    [1, 2, 3],
    [1, 2, 3],
  ]);
  const labels: LabelColumn = {
    meaning: { kind: "scalar", min: -1, max: 1 },
    values: Float32Array.of(0.5, -0.5, 0.25, 0, 1, 9),
    weight: Float32Array.of(1, 1, 1, 1, 1, 0),
  };
  const moments = (values: Float32Array) => {
    const [judged, mean] = [
      Array.from(values.slice(0, 5)),
      (all: readonly number[]) => all.reduce((a, b) => a + b) / all.length,
    ];
    const centre = mean(judged);
    return [centre, Math.sqrt(mean(judged.map((value) => (value - centre) ** 2)))];
  };
  const matchedBy = (values: Float32Array) => {
    const found = matching(values);
    const all = Array.from({ length: table.rows }, () => true);
    return found.apply(found.choose(labels, all, biasFit));
  };

  test("are those of the labelled rows", () => {
    const [mean = 0, deviation = 0] = moments(matchedBy(Float32Array.of(3, 4, 6, 2, 1, 100)));
    const [expected = 0, spread = 0] = moments(labels.values);
    expect(mean).toBeCloseTo(expected, 5);
    expect(deviation).toBeCloseTo(spread, 5);
  });

  test("of what does not vary are the centre alone", () => {
    expect(Array.from(matchedBy(new Float32Array(6).fill(7)))).toEqual(new Array(6).fill(moments(labels.values)[0]));
  });
});

test("videos are dealt out by those that there are rows of, and one alone is refused", () => {
  const { table, values, labels } = drawnClasses(3, 4);
  const part = {
    ...table,
    videos: Array.from({ length: 30 }, (_, i) => `v${i}`),
    video: table.video.map((each) => 10 * each),
  };
  const fit = { ...biasFit, folds: 10 };
  expect(fitOn(biasing(values), labels, part, fit).folds).toBe(3);
  expect(crossFitted(biasing(values), labels, part, fit)).toEqual(crossFitted(biasing(values), labels, table, fit));
  const single = { ...table, video: table.video.map(() => 0) };
  expect(() => crossFitted(biasing(values), labels, single, fit)).toThrow(
    /parts of whole videos, and there are not two/,
  );
});

test("a fitted factor finds how much a stream is worth", () => {
  const { table, values, labels } = drawnClasses(12, 4);
  const noise = Float32Array.from(values, (_, i) => 3 * uniform(5, 1, i));
  const head = (stage: string) => ({ kind: "head", stage, task: "expr" }) as const;
  const fit: Fit = { from: 0, to: 1, by: 0.1, each: "all", on: "val", folds: 4 };
  const parts = [
    { weight: 1, stream: head("good") },
    { weight: 1, fit, stream: head("noise") },
  ];
  const { choose } = weighing(parts, [values, noise]);
  const [factor = 1] = choose(
    labels,
    Array.from({ length: table.rows }, () => true),
    fit,
  );
  expect(factor).toBeLessThan(0.4);
});

test("a fitted stream is judged by other videos, or too well where it is asked for; on other rows there is no difference", async () => {
  const { table, values, labels } = drawnClasses(12, 4);
  const task = { name: "expr", meaning: labels.meaning };
  const stream: Stream = { kind: "bias", stream: { kind: "head", stage: "s", task: "expr" }, by: biasFit };
  const labelled = { ...table, labels: new Map([["expr", labels]]) };
  const told: Fitted[] = [];
  const valuesOf = (part: Part, crossFitted: boolean) =>
    streamValues(stream, task, part, {
      table: () => labelled,
      head: async () => values,
      fitted: (numbers) => told.push(numbers),
      crossFitted,
      over: () => Promise.reject(new Error("there are no other rows")),
      fold: () => Promise.reject(new Error("there is no fold")),
    });
  const score = (found: Float32Array) => scoreTask(labels.meaning, found, labels).score ?? Number.NaN;
  const [honest, same] = [await valuesOf("val", true), await valuesOf("val", false)];
  expect(score(same)).toBeGreaterThan(score(honest));
  expect(score(honest)).toBeGreaterThan(score(values) - 0.05);
  expect(await valuesOf("test", true)).toEqual(await valuesOf("test", false));
  expect(new Set(told.map((each) => JSON.stringify(each))).size).toBe(1);
});
