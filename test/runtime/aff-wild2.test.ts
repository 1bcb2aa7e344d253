import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { sAffWild2 } from "../../compiler/library/s-aff-wild2.ts";
import type { DataPlan, FormatPlan } from "../../compiler/lower/plan-data.ts";
import type { OnBadRow } from "../../runtime/data/formats/bad-rows.ts";
import { openData } from "../../runtime/data/open-data.ts";
import { temporaryFolder } from "./temporary-folder.ts";

type Parts = Extract<FormatPlan, { kind: "aff_wild2" }>["parts"];

function filled(files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const pictures = (video: string, frames: readonly number[]) =>
  Object.fromEntries(frames.map((frame) => [`cropped_aligned/${video}/${String(frame).padStart(5, "0")}.jpg`, ""]));

function open(root: string, parts: Parts, onBadRow: OnBadRow = "error", images = true) {
  const plan: DataPlan = {
    name: "av",
    root,
    format: { kind: "aff_wild2", parts },
    fields: new Map(images ? [["image", { kind: "images", folder: "cropped_aligned", size: 16 }]] : []),
    tasks: [
      { name: "valence", meaning: { kind: "scalar", min: -1, max: 1 } },
      { name: "expr", meaning: { kind: "classes", names: ["Neutral", "Happiness"] } },
      { name: "au", meaning: { kind: "units", names: ["AU12", "AU20"] } },
    ],
    duplicates: "keep_first",
    part: { of: "usual", fold: undefined },
  };
  return openData(plan, onBadRow, root);
}

const va = "valence,arousal\n0.5,-0.25\n-5,-5\n-1,1\n";

describe("Aff-Wild2's files of one task", () => {
  test("have frame 1 in the line after the header; −5 is no label", async () => {
    const root = filled({ "VA_Set/Train_Set/7_left.txt": va, ...pictures("7_left", [1, 2, 3]) });
    const table = (await open(root, { train: ["VA_Set/Train_Set"] })).parts.get("train");
    expect(table?.image).toEqual(["7_left/00001.jpg", "7_left/00002.jpg", "7_left/00003.jpg"]);
    expect([...(table?.frame ?? [])]).toEqual([1, 2, 3]);
    expect([...(table?.line ?? [])]).toEqual([2, 3, 4]);
    expect([...(table?.labels.get("valence")?.values ?? [])]).toEqual([0.5, 0, -1]);
    expect([...(table?.labels.get("valence")?.weight ?? [])]).toEqual([1, 0, 1]);
    expect(table?.labels.get("au")?.weight.some((each) => each > 0)).toBe(false);
  });

  test("leave out frames in which no face was found, and count them", async () => {
    const root = filled({ "VA_Set/Train_Set/7.txt": va, ...pictures("7", [1, 3]) });
    const { parts, withoutImage } = await open(root, { train: ["VA_Set/Train_Set"] });
    expect([...(parts.get("train")?.frame ?? [])]).toEqual([1, 3]);
    expect(withoutImage).toBe(1);
  });

  test("are every line where no picture is read", async () => {
    const root = filled({ "VA_Set/Train_Set/7.txt": va });
    const { parts } = await open(root, { train: ["VA_Set/Train_Set"] }, "error", false);
    expect(parts.get("train")?.rows).toBe(3);
  });

  test("of several tasks meet in the frames of a video; classes that the task lacks are masked", async () => {
    const root = filled({
      "VA_Set/Train_Set/7.txt": va,
      "EXPR_Set/Train_Set/7.txt": `${sAffWild2.classes.join(",")}\n4\n-1\n7\n0\n`,
      "AU_Set/Train_Set/7.txt": "AU1,AU12,AU20\n0,1,1\n-1,-1,-1\n",
      "AU_Set/Train_Set/8.txt": "AU1,AU12,AU20\n0,1,0\n",
    });
    const train = ["VA_Set/Train_Set", "EXPR_Set/Train_Set", "AU_Set/Train_Set"];
    const table = (await open(root, { train }, "error", false)).parts.get("train");
    expect(table?.videos).toEqual(["7", "8"]);
    expect([...(table?.labels.get("expr")?.values ?? [])]).toEqual([0, 1, 0, 0, 0, 0, 1, 0, 0, 0]);
    expect([...(table?.labels.get("expr")?.weight ?? [])]).toEqual([1, 0, 0, 1, 0]);
    expect([...(table?.labels.get("au")?.values ?? [])]).toEqual([1, 1, 0, 0, 0, 0, 0, 0, 1, 0]);
    expect([...(table?.labels.get("au")?.weight ?? [])]).toEqual([1, 1, 0, 0, 0, 0, 0, 0, 1, 1]);
  });

  test("that train and judge the same video are refused", async () => {
    const root = filled({ "A/7.txt": va, "B/7.txt": va, "B/8.txt": va });
    await expect(open(root, { train: ["A"], val: ["B"] }, "error", false)).rejects.toThrow(
      /B: 1 of its videos are in .*A too, such as 7/,
    );
  });

  test("come with a list of test videos, each with all its pictures", async () => {
    const root = filled({ "A/7.txt": va, "test.txt": "9\n10,\n", ...pictures("9", [2]), ...pictures("10", [1, 4]) });
    writeFileSync(join(root, "cropped_aligned", "9", "notes.txt"), "");
    mkdirSync(join(root, "cropped_aligned", "7"));
    writeFileSync(join(root, "cropped_aligned", "7", "00001.jpg"), "");
    const { parts } = await open(root, { train: ["A"], test: ["test.txt"] });
    expect(parts.get("test")?.image).toEqual(["9/00002.jpg", "10/00001.jpg", "10/00004.jpg"]);
    writeFileSync(join(root, "test.txt"), "../7\n");
    await expect(open(root, { train: ["A"], test: ["test.txt"] })).rejects.toThrow(/test\.txt:1: .*"\.\.\/7"/);
  });

  test.each([
    [
      "valence out of range",
      { "A/8.txt": "valence,arousal\n0,2\n" },
      /8\.txt:2: arousal is "2", neither within -1 and 1 nor -5/,
    ],
    [
      "a class that is none",
      { "A/8.txt": `${sAffWild2.classes.join(",")}\n8\n` },
      /expression is "8", neither 0 to 7 nor -1/,
    ],
    ["an empty line in between", { "A/8.txt": "valence,arousal\n\n0,0\n" }, /8\.txt:2: the row has 1 columns, not 2/],
    ["no header", { "A/8.txt": "0.1,0.2\n0,0\n" }, /8\.txt:1: the header is "0\.1,0\.2", not valence,arousal/],
  ])("with %s are refused at their line, or that row left out", async (_, files, reason) => {
    const root = filled({ "A/7.txt": va, ...files });
    await expect(open(root, { train: ["A"] }, "error", false)).rejects.toThrow(reason);
    const { skipped } = await open(root, { train: ["A"] }, "skip", false);
    expect(skipped.length).toBe(1);
  });

  test("of a video without a folder of images, or without files, are refused", async () => {
    const root = filled({ "A/7.txt": va, ...pictures("8", [1]) });
    await expect(open(root, { train: ["A"] })).rejects.toThrow(/no folder of images 7/);
    mkdirSync(join(root, "empty"));
    await expect(open(root, { train: ["empty"] })).rejects.toThrow(/no text files/);
  });
});
