import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ColumnPlan, DataPlan, FormatPlan } from "../../compiler/lower/plan-data.ts";
import { DataError } from "../../runtime/data/data-error.ts";
import type { OnBadRow } from "../../runtime/data/formats/bad-rows.ts";
import { imagePath, openData } from "../../runtime/data/open-data.ts";
import { temporaryFolder } from "./temporary-folder.ts";

type Folders = Extract<FormatPlan, { kind: "folders" }>;

const moods: ReadonlyMap<string, ColumnPlan> = new Map([
  ["mood", { columns: ["folder"], missing: undefined, classes: undefined }],
]);

function filled(paths: readonly string[]): string {
  const root = temporaryFolder();
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), "");
  }
  return root;
}

function open(roots: readonly string[], more: Partial<Folders> = {}, onBadRow: OnBadRow = "error") {
  const plan: DataPlan = {
    name: "faces",
    root: roots[0] ?? "",
    format: { kind: "folders", roots, parts: {}, columns: new Map(), split: undefined, ...more },
    fields: new Map([["image", { kind: "images", folder: ".", size: 16 }]]),
    tasks: [{ name: "mood", meaning: { kind: "classes", names: ["calm", "cross"] } }],
    duplicates: "keep_first",
    part: { of: "usual", fold: undefined },
  };
  return openData(plan, onBadRow, roots[0] ?? "");
}

describe("images in folders", () => {
  test("are every JPEG and PNG below the root, a folder a video, in the order of their names", async () => {
    const root = filled(["b/2.jpg", "b/10.JPEG", "b/1.png", "a/deep/x.png", "top.jpg", "a/notes.txt", ".hidden/1.jpg"]);
    const table = (await open([root])).parts.get("train");
    expect(table?.image).toEqual(["a/deep/x.png", "b/1.png", "b/2.jpg", "b/10.JPEG", "top.jpg"]);
    expect(table?.videos).toEqual(["a/deep", "b", "."]);
    expect([...(table?.frame ?? [])]).toEqual([1, 1, 2, 10, 1]);
    expect(table?.labels.size).toBe(0);
  });

  test("are numbered in the order of their names where these are no different numbers", async () => {
    const root = filled(["a/01.jpg", "a/1.png", "b/x.jpg", "b/7.jpg"]);
    const table = (await open([root])).parts.get("train");
    expect([...(table?.frame ?? [])]).toEqual([1, 2, 1, 2]);
  });

  test("of several roots are each found below their own", async () => {
    const roots = [filled(["a/1.jpg"]), filled(["a/1.jpg", "b/1.jpg"])];
    const data = await open(roots);
    const table = data.parts.get("train");
    if (table === undefined) throw new Error("it has a training part");
    expect(table.videos.length).toBe(3);
    expect([0, 1, 2].map((row) => imagePath(data, "image", table, row))).toEqual([
      join(roots[0] ?? "", "a/1.jpg"),
      join(roots[1] ?? "", "a/1.jpg"),
      join(roots[1] ?? "", "b/1.jpg"),
    ]);
  });

  test("are labelled by the name of their folder, and divided by folders", async () => {
    const root = filled(["train/calm/1.jpg", "train/cross/1.jpg", "train/2.jpg", "val/cross/9.jpg"]);
    const { parts } = await open([root], { columns: moods, parts: { train: "train", val: "val" } });
    const train = parts.get("train");
    expect(train?.image).toEqual(["train/2.jpg", "train/calm/1.jpg", "train/cross/1.jpg"]);
    expect([...(train?.labels.get("mood")?.values ?? [])]).toEqual([0, 0, 1, 0, 0, 1]);
    expect([...(train?.labels.get("mood")?.weight ?? [])]).toEqual([0, 1, 1]);
    expect(parts.get("val")?.image).toEqual(["val/cross/9.jpg"]);
  });

  test("are split by folder, so that none is in both parts", async () => {
    const root = filled(Array.from({ length: 60 }, (_, i) => `p${i % 12}/${i}.jpg`));
    const split = { kind: "random", share: 0.5, by: "folder", seed: 1 } as const;
    const { parts } = await open([root], { split });
    const people = (part: "train" | "val") => new Set(parts.get(part)?.image.map((image) => dirname(image)));
    expect(people("train").size + people("val").size).toBe(12);
    expect(people("val").size).toBeGreaterThan(0);
  });

  test("in a folder that is no class are refused, or that folder left out", async () => {
    const root = filled(["calm/1.jpg", "angry/1.jpg", "angry/2.jpg"]);
    await expect(open([root], { columns: moods })).rejects.toThrow(/angry: mood is "angry", not calm, cross/);
    const { parts, skipped } = await open([root], { columns: moods }, "skip");
    expect([parts.get("train")?.rows, skipped.length]).toEqual([1, 1]);
  });

  test("change the data's identity with the files that there are", async () => {
    const root = filled(["a/1.jpg"]);
    const before = await open([root]);
    expect((await open([root])).identity).toBe(before.identity);
    writeFileSync(join(root, "a", "2.jpg"), "");
    expect((await open([root])).identity).not.toBe(before.identity);
  });

  test("that are none, not there or behind a link are refused", async () => {
    await expect(open([filled(["a/notes.txt"])])).rejects.toThrow(/no JPEG or PNG/);
    await expect(open([join(temporaryFolder(), "none")])).rejects.toThrow(/no such folder/);
    const root = filled(["a/1.jpg"]);
    symlinkSync(join(root, "a"), join(root, "loop"));
    await expect(open([root])).rejects.toThrow(/loop: it is a link/);
    await expect(open([root], { parts: { train: "../.." } })).rejects.toThrow(DataError);
  });
});
