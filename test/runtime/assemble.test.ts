import { describe, expect, test } from "vitest";
import type { Stream } from "../../compiler/lower/plan.ts";
import { fitThresholds } from "../../runtime/assemble/fit-thresholds.ts";
import { smooth } from "../../runtime/assemble/smooth.ts";
import { scoreTask } from "../../runtime/evaluate/score-task.ts";
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
    const { thresholds, crossFitted, folds } = fitThresholds(values, labels, table, fit);
    const [a = 0, b = 0] = thresholds;
    expect(a).toBeGreaterThan(0.2);
    expect(a).toBeLessThanOrEqual(0.35);
    expect(b).toBeGreaterThan(0.65);
    expect(b).toBeLessThanOrEqual(0.9);
    expect(folds).toBe(3);
    expect(scoreTask(labels.meaning, crossFitted, labels).score).toBe(1);
  });

  test("one for all is a compromise", () => {
    const { thresholds } = fitThresholds(values, labels, table, { ...fit, each: "all" });
    expect(new Set(thresholds).size).toBe(1);
  });
});
