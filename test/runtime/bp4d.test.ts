import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { DataPlan, PartPlan, SplitPlan } from "../../compiler/lower/plan-data.ts";
import { chosenPart } from "../../runtime/data/chosen-part.ts";
import type { OnBadRow } from "../../runtime/data/formats/bad-rows.ts";
import { openData } from "../../runtime/data/open-data.ts";
import { temporaryFolder } from "./temporary-folder.ts";

function filled(files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

function open(root: string, split?: SplitPlan, onBadRow: OnBadRow = "error", train?: string) {
  const parts = train === undefined ? {} : { train };
  const plan: DataPlan = {
    name: "bp4d",
    root,
    format: { kind: "bp4d", parts, columns: new Map(), split },
    fields: new Map([["image", { kind: "images", folder: "faces", size: 16 }]]),
    tasks: [{ name: "coded", meaning: { kind: "units", names: ["AU1", "AU12", "AU28"] } }],
    duplicates: "keep_first",
    part: { of: "usual", fold: undefined },
  };
  return openData(plan, onBadRow, root);
}

const small = {
  "AUCoding/AU_OCC/F001_T1.csv": "0,1,2,12\n12,1,0,9\n9,0,9,1\n",
  "AUCoding/AU_OCC/M002_T8.csv": "0,1,2,12\r\n100,9,9,0\r\n",
  "faces/F001/T1/0012.jpg": "",
  "faces/F001/T1/009.jpg": "",
  "faces/M002_T8/100.png": "",
};

describe("BP4D's tables", () => {
  test("are read by the units' numbers; 9 is not coded, and a unit that no column has", async () => {
    const table = (await open(filled(small))).parts.get("train");
    expect(table?.videos).toEqual(["F001_T1", "M002_T8"]);
    expect(table?.image).toEqual(["F001/T1/009.jpg", "F001/T1/0012.jpg", "M002_T8/100.png"]);
    expect([...(table?.frame ?? [])]).toEqual([9, 12, 100]);
    expect([...(table?.labels.get("coded")?.values ?? [])]).toEqual([0, 1, 0, 1, 0, 0, 0, 0, 0]);
    expect([...(table?.labels.get("coded")?.weight ?? [])]).toEqual([1, 1, 0, 1, 0, 0, 0, 1, 0]);
    expect(table?.numbered).toBe(true);
  });

  test("name units with or without AU and zeros in front", async () => {
    const root = filled({ ...small, "AUCoding/AU_OCC/F001_T1.csv": "frame,AU01,AU2,au12\n12,1,0,1\n" });
    const table = (await open(root)).parts.get("train");
    expect([...(table?.labels.get("coded")?.values ?? [])].slice(0, 3)).toEqual([1, 1, 0]);
  });

  const people = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => [`F${100 + Math.floor(i / 2)}`, `T${(i % 2) + 1}`] as const).flatMap(
        ([subject, session]) => [
          [`AUCoding/AU_OCC/${subject}_${session}.csv`, "0,1\n1,1\n2,0\n"],
          [`faces/${subject}/${session}/1.jpg`, ""],
          [`faces/${subject}/${session}/2.jpg`, ""],
        ],
      ),
    );

  test("are split so that no subject is in both parts", async () => {
    const { parts } = await open(filled(people(20)), { kind: "random", share: 0.6, by: "subject", seed: 1 });
    const subjects = (part: "train" | "val") => new Set(parts.get(part)?.image.map((image) => image.slice(0, 4)));
    expect(subjects("train").size + subjects("val").size).toBe(10);
  });

  test("have folds by subject, as the papers on BP4D do", async () => {
    const data = await open(filled(people(12)));
    const judged = [0, 1, 2].map((fold) => {
      const part: PartPlan = { of: "usual", fold, cut: { count: 3, by: { column: "subject" }, seed: 1 } };
      const { parts } = chosenPart(data, part);
      const subjects = (name: "train" | "val") => new Set(parts.get(name)?.image.map((image) => image.slice(0, 4)));
      expect([subjects("train").size, subjects("val").size]).toEqual([4, 2]);
      return [...subjects("val")];
    });
    expect(new Set(judged.flat()).size).toBe(6);
  });

  test.each([
    [
      "a code that is none",
      { "AUCoding/AU_OCC/F001_T1.csv": "0,1,12\n12,1,2\n" },
      /F001_T1\.csv:2: coded is "2", not 0 or 1/,
    ],
    [
      "a frame without an image",
      { "AUCoding/AU_OCC/F001_T1.csv": "0,1\n13,1\n" },
      /no image of the frame 13 in faces\/F001\/T1/,
    ],
    ["a frame twice", { "AUCoding/AU_OCC/F001_T1.csv": "0,1\n12,1\n12,0\n" }, /:3: the frame 12 is there twice/],
    ["no frame's number", { "AUCoding/AU_OCC/F001_T1.csv": "0,1\nx,1\n" }, /"x" is not a frame's number/],
    ["too few cells", { "AUCoding/AU_OCC/F001_T1.csv": "0,1\n12\n" }, /1 columns, the header 2/],
    ["a session without images", { "AUCoding/AU_OCC/F009_T1.csv": "0,1\n12,1\n" }, /no images F009\/T1 below faces/],
    ["another name", { "AUCoding/AU_OCC/all.csv": "0,1\n" }, /all\.csv: the name is not that of a subject/],
  ])("with %s are refused, or that row left out", async (_, files, reason) => {
    const root = filled({ ...small, ...files });
    await expect(open(root)).rejects.toThrow(reason);
    const { skipped } = await open(root, undefined, "skip");
    expect(skipped.length).toBe(1);
  });

  test("that are elsewhere are named by `train`, and missing ones refused", async () => {
    const root = filled({ "codes/F001_T1.csv": "0,1\n12,1\n", "faces/F001/T1/0012.jpg": "" });
    await expect(open(root)).rejects.toThrow(/AU_OCC: there is no such folder; `train:` says where/);
    expect((await open(root, undefined, "error", "codes")).parts.get("train")?.rows).toBe(1);
    await expect(open(root, undefined, "error", "../codes")).rejects.toThrow(/leaves the root/);
  });
});
