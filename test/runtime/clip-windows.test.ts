import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ClipPlan } from "../../compiler/lower/plan.ts";
import type { AnnotationTable } from "../../runtime/data/annotation-table.ts";
import { clipWindows, repeatedRow, WindowMerge } from "../../runtime/data/clips/clip-windows.ts";
import { tableOf } from "./small-table.ts";

const all = (table: AnnotationTable) => Int32Array.from({ length: table.rows }, (_, i) => i);
const plan = (changes: Partial<ClipPlan>): ClipPlan => ({
  length: 4,
  hop: 4,
  by: "rows",
  pad: "repeat",
  gap: undefined,
  ...changes,
});
const windowsOf = (table: AnnotationTable, changes: Partial<ClipPlan>, rows = all(table)): number[][] => {
  const { count, length, rows: flat } = clipWindows(table, plan(changes), rows);
  return Array.from({ length: count }, (_, i) => Array.from(flat.slice(i * length, (i + 1) * length)));
};

describe("clips", () => {
  const table = tableOf([
    [1, 2, 3, 4, 5, 6],
    [1, 2],
  ]);

  test("are cut by rows within a video and padded at the end", () => {
    expect(windowsOf(table, {})).toEqual([
      [0, 1, 2, 3],
      [4, 5, -1, -1],
      [6, 7, -1, -1],
    ]);
  });

  test("overlap by length − hop", () => {
    expect(windowsOf(table, { hop: 2 })).toEqual([
      [0, 1, 2, 3],
      [2, 3, 4, 5],
      [6, 7, -1, -1],
    ]);
  });

  test("by frames leave holes where frames are not annotated", () => {
    expect(windowsOf(tableOf([[1, 3, 4, 9]]), { by: "frames" })).toEqual([
      [0, -1, 1, 2],
      [3, -1, -1, -1],
    ]);
  });

  test("do not cross a gap", () => {
    expect(windowsOf(tableOf([[1, 2, 40, 41]]), { gap: 30 })).toEqual([
      [0, 1, -1, -1],
      [2, 3, -1, -1],
    ]);
  });

  test("take chosen rows alone", () => {
    expect(windowsOf(table, {}, Int32Array.of(0, 2, 3, 5, 7))).toEqual([
      [0, 2, 3, 5],
      [7, -1, -1, -1],
    ]);
  });

  test("every row is in some window, whatever length and hop, and no window crosses videos", () => {
    const videos = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(videos, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }), (sizes, length, hop) => {
        const some = tableOf(sizes.map((size) => Array.from({ length: size }, (_, i) => i + 1)));
        const windows = windowsOf(some, { length, hop: Math.min(hop, length) });
        expect(new Set(windows.flat().filter((row) => row >= 0)).size).toBe(some.rows);
        for (const window of windows) {
          expect(new Set(window.filter((row) => row >= 0).map((row) => some.video[row])).size).toBe(1);
        }
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  test("padding shows the last real row", () => {
    const windows = clipWindows(tableOf([[1, 2, 3, 4, 5]]), plan({}), Int32Array.of(0, 1, 2, 3, 4));
    expect([0, 1, 2, 3].map((place) => repeatedRow(windows, 1, place))).toEqual([4, 4, 4, 4]);
  });

  test.each([
    ["first", [0, 1, 1, 1, 2, 2]],
    // Rows 2 and 3 are nearer to the middle of the window in which they are not at an end.
    ["centre", [0, 1, 1, 2, 2, 2]],
    ["mean", [0, 1, 1.5, 1.5, 2, 2]],
  ] as const)("of overlapping windows a row gets the %s", (kind, expected) => {
    const merge = new WindowMerge(6, 1, kind, 4);
    const windows = [
      [0, 1, 2, 3],
      [2, 3, 4, 5],
    ];
    windows.forEach((rows, window) => {
      rows.forEach((row, place) => {
        merge.add(row, Float32Array.of(row === 0 ? 0 : window + 1), 0, place);
      });
    });
    expect(Array.from(merge.result())).toEqual(expected);
  });

  test("values of overlapping windows are averaged", () => {
    const merge = new WindowMerge(3, 1);
    [
      [0, 1],
      [1, 2],
      [1, 4],
      [-1, 100],
      [2, 5],
    ].forEach(([row = 0, value = 0]) => {
      merge.add(row, Float32Array.of(value), 0);
    });
    expect(Array.from(merge.result())).toEqual([1, 3, 5]);
  });
});
