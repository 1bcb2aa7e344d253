import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ColumnPlan, DataPlan, SplitPlan, TaskPlan } from "../../compiler/lower/plan-data.ts";
import { DataError } from "../../runtime/data/data-error.ts";
import type { OnBadRow } from "../../runtime/data/formats/bad-rows.ts";
import { openData } from "../../runtime/data/open-data.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const tasks: readonly TaskPlan[] = [
  { name: "tired", meaning: { kind: "scalar", min: 0, max: 10 } },
  { name: "mood", meaning: { kind: "classes", names: ["calm", "cross"] } },
  { name: "au", meaning: { kind: "units", names: ["AU1", "AU2"] } },
];

const usualColumns: ReadonlyMap<string, ColumnPlan> = new Map([
  ["tired", { columns: ["rating"], missing: undefined, classes: undefined }],
  ["mood", { columns: ["mood"], missing: "?", classes: undefined }],
  ["au", { columns: ["u1", "u2"], missing: undefined, classes: undefined }],
]);

interface Other {
  readonly columns: ReadonlyMap<string, ColumnPlan>;
  /** Which of the tasks. */
  readonly tasks: readonly number[];
}

function open(text: string, split?: SplitPlan, onBadRow: OnBadRow = "error", other?: Other) {
  const root = temporaryFolder();
  writeFileSync(join(root, "ratings.csv"), text);
  const plan: DataPlan = {
    name: "survey",
    root,
    format: {
      kind: "csv",
      file: "ratings.csv",
      image: "file",
      video: undefined,
      columns: other?.columns ?? usualColumns,
      split,
    },
    fields: new Map([["image", { kind: "images", folder: "photos", size: 16 }]]),
    tasks: tasks.filter((_, i) => other?.tasks.includes(i) ?? true),
    duplicates: "keep_first",
    part: { of: "usual", fold: undefined },
  };
  return openData(plan, onBadRow, root);
}

const header = "file,person,rating,mood,u1,u2";

describe("a CSV", () => {
  test("is read by the names of its columns; empty cells and the missing word are missing labels", async () => {
    const { parts } = await open(`${header}\r\n"a, b.jpg",p1,7.5,cross,1,0\r\nc.jpg,p2,,?,,1\r\n`);
    const table = parts.get("train");
    expect(table?.image).toEqual(["a, b.jpg", "c.jpg"]);
    expect(Array.from(table?.labels.get("tired")?.values ?? [])).toEqual([7.5, 0]);
    expect(Array.from(table?.labels.get("tired")?.weight ?? [])).toEqual([1, 0]);
    expect(Array.from(table?.labels.get("mood")?.values ?? [])).toEqual([0, 1, 0, 0]);
    expect(Array.from(table?.labels.get("mood")?.weight ?? [])).toEqual([1, 0]);
    expect(Array.from(table?.labels.get("au")?.weight ?? [])).toEqual([1, 1, 0, 1]);
  });

  test("is split so that nobody is in both parts, by the seed alone", async () => {
    const rows = Array.from({ length: 200 }, (_, i) => `${i}.jpg,p${i % 20},1,calm,0,0`);
    const split: SplitPlan = { kind: "random", share: 0.7, by: "person", seed: 1 };
    const images = async (seed: number) => {
      const { parts } = await open([header, ...rows].join("\n"), { ...split, seed });
      return [parts.get("train")?.image ?? [], parts.get("val")?.image ?? []] as const;
    };
    const [train, val] = await images(1);
    const person = (image: string) => Number(image.split(".")[0]) % 20;
    const people = new Set(train.map(person));
    expect(train.length + val.length).toBe(200);
    expect(val.some((image) => people.has(person(image)))).toBe(false);
    expect(await images(1)).toEqual([train, val]);
    expect((await images(2))[0]).not.toEqual(train);
    const identity = async (seed: number) => (await open([header, ...rows].join("\n"), { ...split, seed })).identity;
    expect(await identity(1)).toBe(await identity(1));
    expect(await identity(2)).not.toBe(await identity(1));
  });

  test("is divided by the values of a column; rows of another value are in no part", async () => {
    const rows = ["a.jpg,train", "b.jpg,test", "c.jpg,unused", "d.jpg,valid", "e.jpg,train"].map(
      (row) => `${row},1,calm,0,0`,
    );
    const split: SplitPlan = {
      kind: "column",
      column: "person",
      values: { train: "train", val: "valid", test: "test" },
    };
    const { parts, identity, listIdentity } = await open([header, ...rows].join("\n"), split);
    expect([...parts].map(([part, { image }]) => [part, image])).toEqual([
      ["train", ["a.jpg", "e.jpg"]],
      ["val", ["d.jpg"]],
      ["test", ["b.jpg"]],
    ]);
    expect(listIdentity).toBe(identity);
    const misspelt: SplitPlan = { ...split, values: { train: "train", val: "vald" } };
    await expect(open([header, ...rows].join("\n"), misspelt)).rejects.toThrow(
      /no row for val: in no row is person "vald"/,
    );
    await expect(open([header, ...rows].join("\n"), { ...split, column: "part" })).rejects.toThrow(/no column "part"/);
  });

  describe("with soft and weighted labels", () => {
    const mixtures = new Map([["torn", ["cross", "calm"]]]);
    const mood = { columns: ["mood"], missing: undefined, classes: undefined, mixtures, weight: "votes" };
    const soft = (rows: readonly string[], onBadRow: OnBadRow = "error") =>
      open(["file,mood,votes", ...rows].join("\n"), undefined, onBadRow, {
        columns: new Map([["mood", mood]]),
        tasks: [1],
      });

    test("has shares of classes, and the weight of the row; a weight of 0 is a missing label", async () => {
      const { parts } = await soft(["a.jpg,torn,2.5", "b.jpg,cross,1", "c.jpg,calm,0", "d.jpg,,3"]);
      const labels = parts.get("train")?.labels.get("mood");
      expect([...(labels?.values ?? [])]).toEqual([0.5, 0.5, 0, 1, 0, 0, 0, 0]);
      expect([...(labels?.weight ?? [])]).toEqual([2.5, 1, 0, 0]);
    });

    test.each([
      ["a negative weight", "a.jpg,calm,-1", /:2: the weight of mood is "-1", not a number from 0/],
      ["no weight", "a.jpg,calm,", /the weight of mood is "", not/],
      ["an infinite weight", "a.jpg,calm,1e99", /the weight of mood is "1e99"/],
      ["an unknown mixture", "a.jpg,torn_apart,1", /mood is "torn_apart", not calm, cross, torn/],
    ])("and %s is refused, or that row left out", async (_, row, reason) => {
      await expect(soft([row])).rejects.toThrow(reason);
      expect((await soft(["b.jpg,calm,1", row], "skip")).skipped.length).toBe(1);
    });
  });

  test.each([
    ["a number out of range", "a.jpg,p,99,calm,0,0", "99"],
    ["an unknown class", "a.jpg,p,1,angry,0,0", "angry"],
    ["a unit that is neither 0 nor 1", "a.jpg,p,1,calm,2,0", "2"],
    ["too few cells", "a.jpg,p", "columns"],
  ])("with %s is refused at its line, or that row left out", async (_, row, part) => {
    const text = `${header}\nok.jpg,p,1,calm,0,0\n${row}\n`;
    await expect(open(text)).rejects.toThrow(DataError);
    await expect(open(text)).rejects.toThrow(/ratings\.csv:3/);
    await expect(open(text)).rejects.toThrow(part);
    const { parts, skipped } = await open(text, undefined, "skip");
    expect([parts.get("train")?.rows, skipped.map(({ line }) => line)]).toEqual([1, [3]]);
  });

  test("without a column that is asked for is refused, with those it has", async () => {
    await expect(open("file,person\na.jpg,p\n")).rejects.toThrow(/no column "rating".*file, person/);
  });
});

test("a format `synthetic` draws its data where the run says, and opens them", async () => {
  const cache = temporaryFolder();
  const plan: DataPlan = {
    name: "drawn",
    root: ".",
    format: { kind: "synthetic", videos: 8, frames: 4, seed: 3 },
    fields: new Map([["image", { kind: "images", folder: "cropped_aligned", size: 16 }]]),
    tasks: [{ name: "valence", meaning: { kind: "scalar", min: -1, max: 1 } }],
    duplicates: "keep_first",
    part: { of: "usual", fold: undefined },
  };
  const { parts, synthetic, identity, foldersOf } = await openData(plan, "error", cache);
  expect([...parts.keys()]).toEqual(["train", "val", "test"]);
  expect(synthetic).toBe(true);
  expect(foldersOf("image").every((folder) => folder.startsWith(cache))).toBe(true);
  expect((await openData(plan, "error", cache)).identity).toBe(identity);
});
