import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { AnnotationTable } from "../../runtime/data/annotation-table.ts";
import { type FeaturesPlan, fieldMatrix, readField } from "../../runtime/features/stored/field-matrix.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const stored = fileURLToPath(new URL("../reference/stored/", import.meta.url));

/** Frames 1 to 5 of two videos; of the second, frame 4 is in no file but those with a row for each frame. */
const table: AnnotationTable = {
  rows: 10,
  videos: ["10-30-1280x720", "video59_right"],
  video: Int32Array.from({ length: 10 }, (_, i) => Math.floor(i / 5)),
  frame: Int32Array.from({ length: 10 }, (_, i) => (i % 5) + 1),
  image: [],
  line: Int32Array.from({ length: 10 }, (_, i) => i + 2),
  file: "train.txt",
  labels: new Map(),
};
const entry = (video: number, frame: number) => [0, 1, 2].map((i) => 100 * video + frame + i / 8);
const whole = [0, 1].flatMap((video) => [1, 2, 3, 4, 5].flatMap((frame) => entry(video, frame)));
const without = (replaced: readonly number[]) => [...whole.slice(0, 24), ...replaced, ...whole.slice(27)];

const field = (file: string, layout: string, more: Partial<FeaturesPlan> = {}): FeaturesPlan => ({
  kind: "features",
  file,
  dims: [3],
  layout,
  missing: "zero",
  per: "frame",
  ...more,
});

async function matrixOf(plan: FeaturesPlan, root = stored) {
  return fieldMatrix(plan, await readField(root, plan, [table]), table);
}

test.each([
  ["video-frame.h5", "h5_video_frame"],
  ["frame-video.h5", "h5_frame_video"],
  ["packed.h5", "h5_video_frame"],
  ["nested.npy", "npy_by_video"],
  ["arrays.npz", "npz_arrays"],
  ["packed.npz", "npz_arrays"],
  ...[0, 1, 2, 3, 4, 5].map((protocol) => [`protocol-${protocol}.pkl`, "pickle_by_path"] as const),
] as const)("%s has the numbers that Python wrote, and which frames have them", async (file, layout) => {
  const { values, present, shape } = await matrixOf(field(file, layout));
  expect(shape).toEqual([3]);
  expect(Array.from(values)).toEqual(without([0, 0, 0]));
  expect(Array.from(present)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0, 1]);
});

test("a dictionary of rows has one for each frame from the first", async () => {
  expect(Array.from((await matrixOf(field("rows.npy", "npy_by_video"))).values)).toEqual(whole);
});

test("a file by video has one entry for all frames of a video", async () => {
  const { values } = await matrixOf(field("by-video.h5", "h5_video_frame", { per: "video" }));
  expect(Array.from(values)).toEqual([0, 1].flatMap((video) => [1, 2, 3, 4, 5].flatMap(() => entry(video, 0))));
});

describe("a frame without an entry", () => {
  test("takes that of the nearest frame, of two the earlier", async () => {
    const { values } = await matrixOf(field("video-frame.h5", "h5_video_frame", { missing: "nearest" }));
    expect(Array.from(values)).toEqual(without(entry(1, 3)));
  });

  test("is an error where the spec says nothing else, with the first place", async () => {
    await expect(matrixOf(field("video-frame.h5", "h5_video_frame", { missing: "error" }))).rejects.toThrow(
      "video-frame.h5: 1 of 10 frames of train.txt have no entry, first the frame 4: `missing: zero`, `nearest` or `mask` goes on without (video video59_right)",
    );
  });
});

describe("a file that cannot be it", () => {
  test.each([
    ["no-names.npy", "npy_by_video", {}, "its rows have no names of videos"],
    ["nested.npy", "npy_by_video", { dims: [4] }, "has 3 numbers, and dims are [4]"],
    ["rows.npy", "npy_by_video", { dims: [4] }, "has 15 numbers, which are no rows of [4]"],
    ["video-frame.h5", "h5_frame_video", { missing: "error" }, "10 of 10 frames"],
    ["half.h5", "h5_video_frame", {}, "it has numbers of 16 bits: write them as float32"],
    ["nobody.h5", "h5_video_frame", {}, "there is no such file"],
    ["../scores.json", "pickle_by_path", {}, "leads out of the data's root"],
  ] as const)("%s as %s %o: %s", async (file, layout, more, message) => {
    await expect(matrixOf(field(file, layout, more))).rejects.toThrow(message);
  });

  test("a link out of the data's folder", async () => {
    const root = temporaryFolder();
    symlinkSync(join(stored, "nested.npy"), join(root, "nested.npy"));
    await expect(matrixOf(field("nested.npy", "npy_by_video"), root)).rejects.toThrow("leads out of the data's root");
  });

  test("a pickle that would call something, by its name", async () => {
    const root = temporaryFolder();
    // cos\nsystem\n(S'touch here'\ntR. is what pickle.dumps writes of an object that says so in __reduce__.
    writeFileSync(join(root, "evil.pkl"), "cos\nsystem\n(S'touch here'\ntR.");
    await expect(matrixOf(field("evil.pkl", "pickle_by_path"), root)).rejects.toThrow(
      "evil.pkl: it asks for os.system",
    );
  });

  test.each(["protocol-2.pkl", "protocol-5.pkl", "nested.npy", "arrays.npz", "packed.npz", "video-frame.h5"])(
    "%s, cut off anywhere, is refused or read, and nothing else happens",
    async (file) => {
      const root = temporaryFolder();
      const layout = { pkl: "pickle_by_path", npy: "npy_by_video", npz: "npz_arrays", h5: "h5_video_frame" }[
        file.split(".").at(-1) ?? ""
      ];
      const bytes = readFileSync(join(stored, file));
      const cuts = file.endsWith("h5") ? 3 : 40;
      for (let i = 0; i < cuts; i += 1) {
        writeFileSync(join(root, file), bytes.subarray(0, Math.floor((i * bytes.length) / cuts)));
        await expect(matrixOf(field(file, layout ?? ""), root)).rejects.toThrow(`${file}: `);
      }
    },
  );

  test("an entry that is no number", async () => {
    const numbers = new Map([["10-30-1280x720", new Map([[2, Float32Array.of(1, Number.NaN, 2)]])]]);
    expect(() => fieldMatrix(field("made.h5", "h5_video_frame"), numbers, table)).toThrow(
      "made.h5: the entry of the frame 2 has a number that is none (video 10-30-1280x720)",
    );
  });
});

test("of a table that numbers videos and frames itself go by these, whatever the images' folders are called", () => {
  const numbers = new Map([
    ["F001_T1", new Map([[12, Float32Array.of(1, 2, 3)]])],
    ["T1", new Map([[12, Float32Array.of(7, 7, 7)]])],
  ]);
  const coded: AnnotationTable = {
    ...table,
    rows: 1,
    videos: ["F001_T1"],
    video: Int32Array.of(0),
    frame: Int32Array.of(12),
    image: ["F001/T1/0012.jpg"],
  };
  const plan = field("any.npy", "npy_by_video");
  expect([...fieldMatrix(plan, numbers, { ...coded, numbered: true }).values]).toEqual([1, 2, 3]);
  expect([...fieldMatrix(plan, numbers, coded).values]).toEqual([7, 7, 7]);
});
