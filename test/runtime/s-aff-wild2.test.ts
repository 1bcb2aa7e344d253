import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sAffWild2 } from "../../compiler/library/s-aff-wild2.ts";
import type { TaskPlan } from "../../compiler/lower/plan-data.ts";
import { DataError } from "../../runtime/data/data-error.ts";
import { type ReadOptions, readSAffWild2 } from "../../runtime/data/formats/s-aff-wild2.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const tasks: readonly TaskPlan[] = [
  { name: "au", meaning: { kind: "units", names: sAffWild2.units } },
  { name: "expr", meaning: { kind: "classes", names: sAffWild2.classes } },
  { name: "valence", meaning: { kind: "scalar", min: -1, max: 1 } },
  { name: "arousal", meaning: { kind: "scalar", min: -1, max: 1 } },
];
const header = "image,valence,arousal,expression,aus";
const units = "1,0,0,1,0,0,0,0,0,0,0,0";

function read(rows: readonly string[], options: Partial<ReadOptions> = {}) {
  const root = temporaryFolder();
  writeFileSync(join(root, "rows.txt"), `${[header, ...rows].join("\n")}\n`);
  return readSAffWild2({ root, file: "rows.txt", tasks, duplicates: "keep_first", onBadRow: "error", ...options });
}

const refusal = (rows: readonly string[], options?: Partial<ReadOptions>): string => {
  try {
    read(rows, options);
  } catch (problem) {
    if (problem instanceof DataError) return problem.message;
    throw problem;
  }
  return "";
};

describe("an s-Aff-Wild2 file", () => {
  test("is read by position, with missing codes as missing labels", () => {
    const { table } = read([`7/00002.jpg,0.5,-0.25,3,${units}`, `7/00001.jpg,-5,-5,-1,${Array(12).fill(-1)}`]);
    expect([table.videos, Array.from(table.frame)]).toEqual([["7"], [1, 2]]);
    expect(Array.from(table.labels.get("valence")?.values ?? [])).toEqual([0, 0.5]);
    expect(Array.from(table.labels.get("valence")?.weight ?? [])).toEqual([0, 1]);
    expect(Array.from(table.labels.get("arousal")?.values ?? [])).toEqual([0, -0.25]);
    expect(Array.from(table.labels.get("expr")?.values ?? []).slice(8)).toEqual([0, 0, 0, 1, 0, 0, 0, 0]);
    expect(Array.from(table.labels.get("expr")?.weight ?? [])).toEqual([0, 1]);
    expect(Array.from(table.labels.get("au")?.values ?? []).slice(12)).toEqual([1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(
      table.labels
        .get("au")
        ?.weight.slice(0, 12)
        .every((each) => each === 0),
    ).toBe(true);
  });

  test("keeps videos apart whose names begin alike", () => {
    const { table } = read([`100/00001.jpg,0,0,0,${units}`, `100-30-640x360/00001.jpg,0,0,0,${units}`]);
    expect(table.videos).toEqual(["100", "100-30-640x360"]);
  });

  test.each([
    ["keep_first", 0.1],
    ["keep_last", 0.2],
  ] as const)("with duplicates: %s", (duplicates, expected) => {
    const rows = [`7/00001.jpg,0.1,0,0,${units}`, `7/00001.jpg,0.2,0,0,${units}`];
    const { table, duplicates: count } = read(rows, { duplicates });
    expect([table.rows, count]).toEqual([1, 1]);
    expect(table.labels.get("valence")?.values[0]).toBeCloseTo(expected, 6);
  });

  test("refuses duplicates where they are a mistake, with both lines", () => {
    const rows = [`7/00001.jpg,0.1,0,0,${units}`, `7/00001.jpg,0.2,0,0,${units}`];
    const message = refusal(rows, { duplicates: "error" });
    expect(message).toContain("rows.txt:3");
    expect(message).toContain("first on line 2");
  });

  test.each([
    ["a wrong number of columns", "7/00001.jpg,0,0,0,1,0", ["rows.txt:2", "video 7"]],
    ["valence out of range", `7/00001.jpg,1.5,0,0,${units}`, ["rows.txt:2", "1.5", "video 7"]],
    ["an unknown expression", `7/00001.jpg,0,0,8,${units}`, ["rows.txt:2", "8", "video 7"]],
    ["a unit that is neither 0 nor 1", `7/00001.jpg,0,0,0,2${units.slice(1)}`, ["rows.txt:2", "2", "video 7"]],
    ["no number", `7/00001.jpg,much,0,0,${units}`, ["rows.txt:2", "much", "video 7"]],
    ["an image that is no frame of a video", `00001.jpg,0,0,0,${units}`, ["rows.txt:2", "00001.jpg"]],
  ])("refuses %s, with file, line and video", (_, row, parts) => {
    const message = refusal([row]);
    for (const part of parts) expect(message).toContain(part);
    expect(message).toContain("--on-bad-row skip");
  });

  test("with skip, bad rows are left out, counted and listed", () => {
    const rows = [`7/00001.jpg,9,0,0,${units}`, `7/00002.jpg,0,0,0,${units}`, "7/00003.jpg,0"];
    const { table, skipped } = read(rows, { onBadRow: "skip" });
    expect(Array.from(table.frame)).toEqual([2]);
    expect(skipped.map(({ line, video }) => [line, video])).toEqual([
      [2, "7"],
      [4, "7"],
    ]);
  });

  test("is not read through a link that leaves the folder", () => {
    const outside = temporaryFolder();
    writeFileSync(join(outside, "rows.txt"), header);
    const root = temporaryFolder();
    mkdirSync(join(root, "below"));
    symlinkSync(join(outside, "rows.txt"), join(root, "below", "rows.txt"));
    const options = { root, file: "below/rows.txt", tasks, duplicates: "keep_first", onBadRow: "error" } as const;
    expect(() => readSAffWild2(options)).toThrow(DataError);
    expect(() => readSAffWild2({ ...options, file: "../rows.txt" })).toThrow(DataError);
    expect(() => readSAffWild2({ ...options, file: "missing.txt" })).toThrow(DataError);
  });
});
