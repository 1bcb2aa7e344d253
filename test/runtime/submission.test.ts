import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readList } from "../../runtime/data/formats/listed-images.ts";
import { synthesise } from "../../runtime/data/synth/index.ts";
import { checkSubmission } from "../../runtime/submit/check-submission.ts";
import { nearestRows } from "../../runtime/submit/nearest-rows.ts";
import { submissionOf } from "../../runtime/submit/write-submission.ts";
import { runOf } from "../training/small-run.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const header = "image,valence,arousal,expression,aus";
const units = Array.from({ length: 12 }, (_, i) => String(i % 2)).join(",");
const row = (image: string) => `${image},0.5,-1,7,${units}`;
const list = ["a/1.jpg", "a/2.jpg", "b/1.jpg"].map((image, i) => ({ image, line: i + 2 }));
const right = [header, row("a/1.jpg"), row("a/2.jpg"), row("b/1.jpg")].join("\n");

describe("a challenge's file", () => {
  test("as it should be, with either end of lines, has no mistake", () => {
    expect(checkSubmission(`${right}\n`, list)).toEqual([]);
    expect(checkSubmission(right.replaceAll("\n", "\r\n"), list)).toEqual([]);
    expect(checkSubmission(right, undefined)).toEqual([]);
  });

  test.each([
    ["a header without the label", right.replace(header, "image"), [[1, `the header must be ${header}, not "image"`]]],
    ["a cell too few", right.replace(/,1$/, ""), [[4, "the row has 15 columns, not 16"]]],
    [
      "an expression's name",
      right.replace(",7,", ",Other,"),
      [[2, 'expression is "Other", not a whole number from 0 to 7']],
    ],
    ["a ninth expression", right.replace(",7,", ",8,"), [[2, 'expression is "8", not a whole number from 0 to 7']]],
    ["a probability", right.replace(/0$|,1$/, ",0.7"), [[4, 'AU26 is "0.7", neither 0 nor 1']]],
    ["no number", right.replace("0.5", "nan"), [[2, 'valence is "nan", not a number within -1 and 1']]],
    ["nothing", right.replace("0.5", ""), [[2, 'valence is "", not a number within -1 and 1']]],
    ["a code of missing labels", right.replace(",-1,", ",-5,"), [[2, 'arousal is "-5", not a number within -1 and 1']]],
    [
      "an image twice",
      right.replace("a/2.jpg", "a/1.jpg"),
      [
        [3, '"a/1.jpg" is there twice, first on line 2'],
        [undefined, "1 of the list's 3 images is missing, such as a/2.jpg"],
      ],
    ],
    ["an image of its own", `${right}\n${row("c/1.jpg")}`, [[5, '"c/1.jpg" is not in the list']]],
    [
      "another order",
      [header, row("a/2.jpg"), row("a/1.jpg"), row("b/1.jpg")].join("\n"),
      [[2, `"a/2.jpg" stands where the list has "a/1.jpg": rows stand in the list's order`]],
    ],
    ["a number of a program", right.replace("0.5", "0x1"), [[2, 'valence is "0x1", not a number within -1 and 1']]],
    ["no row", header, [[undefined, "3 of the list's 3 images are missing, such as a/1.jpg"]]],
  ])("with %s is told of it", (_, text, expected) => {
    expect(checkSubmission(text, list).map(({ line, message }) => [line, message])).toEqual(expected);
  });
});

test("a file without rows is none, and a list without a header or without images is refused", () => {
  expect(checkSubmission(header, undefined).map(({ message }) => message)).toEqual(["it has no row"]);
  const listed = (text: string) => {
    const file = join(temporaryFolder(), "list.txt");
    writeFileSync(file, text);
    return readList(file);
  };
  expect(listed("image\r\na/1.jpg,\r\n\r\na/2.jpg\r\n")).toEqual([
    { image: "a/1.jpg", line: 2 },
    { image: "a/2.jpg", line: 4 },
  ]);
  expect(() => listed("a/1.jpg,\na/2.jpg,\n")).toThrow(/list.txt:1: the first line is a row; it must be the header/);
  expect(() => listed("image\n")).toThrow(/the list names no frame/);
});

test("the nearest row is of the same video, the earlier of two, and no bad one", () => {
  const table = { rows: 7, video: Int32Array.of(0, 0, 0, 0, 1, 1, 2), frame: Int32Array.of(1, 3, 5, 9, 1, 2, 1) };
  expect([...nearestRows(table, new Set([1, 3, 4, 6]))]).toEqual([0, 0, 2, 2, 5, 5, 6]);
  expect([...nearestRows(table, new Set())]).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

const spec = (missing: string) => `
use "std/aff2.abaw"
use "std/nn.abaw"

faces = aff2(32) with {root: "data/none"}

module tiny(out: int) (image: [.., c, h, w]) -> [.., d: out] {
  return image -> conv(8, kernel: 3, stride: 4) -> relu -> view([.., d: 8 * (h / 4) * (w / 4)]) -> linear(out)
}

encoder face = tiny(24)

model seen() (image) {
  x = image -> face
  head t = x -> linear for t in [au, expr]
}

stage first = train seen() on faces { optimizer: adamw(1e-3), batch: 8, duration: 1 epochs }

model over() () {
  y = first.x -> linear(8) -> relu
  head t = y -> linear for t in [valence, arousal]
}

stage second = train over() on faces { optimizer: adamw(1e-3), batch: 8, duration: 1 epochs }

assemble final on faces {
  t: first.t for t in [au, expr]
  valence: second.valence -> box(3 frames)
  arousal: second.arousal
}

submit final { list: faces.test, to: "predictions.txt", missing: ${missing} }
`;

describe("what a spec submits", () => {
  async function ready() {
    const root = join(temporaryFolder(), "faces");
    await synthesise({ out: root, videos: 12, frames: 12, seed: 5, size: 32 });
    const file = join(root, "MTL.txt");
    const [head = "", ...lines] = readFileSync(file, "utf8").trim().split("\n");
    return { root, file, head, lines: lines.map((line) => line.trim()) };
  }

  async function submitted(root: string, folder: string, missing = "nearest", onBadRow: "skip" | "error" = "skip") {
    const run = runOf(spec(missing), root, folder, { onBadRow });
    await run.train();
    const [plan] = run.plan.submissions;
    if (plan === undefined) throw new Error("it submits something");
    return submissionOf(run, plan);
  }

  test("has a row for every frame of the list, in its order, as the run predicts it", { timeout: 60_000 }, async () => {
    const { root, file, head, lines } = await ready();
    const backwards = [...lines].reverse();
    writeFileSync(file, [head, ...backwards, ""].join("\n"));
    const submission = await submitted(root, temporaryFolder());
    const { text, missing } = submission;
    expect([submission.list.length, missing]).toEqual([lines.length, []]);
    expect(checkSubmission(text, readList(file))).toEqual([]);
    // Frames differ, and so do what is said of them.
    expect(new Set(text.split("\n").map((line) => line.split(",")[1])).size).toBeGreaterThan(lines.length / 2);
  });

  test("has something for frames that cannot be read, by the policy", { timeout: 60_000 }, async () => {
    const { root, lines } = await ready();
    const images = lines.map((line) => line.replace(/,$/, ""));
    const folder = temporaryFolder();
    const whole = await submitted(root, folder);
    const cellsIn = (text: string) =>
      new Map(
        text
          .trim()
          .split("\n")
          .slice(1)
          .map((line) => [line.slice(0, line.indexOf(",")), line.slice(line.indexOf(",") + 1)]),
      );
    const [before = "", gone = ""] = images;
    rmSync(join(root, "cropped_aligned", gone));
    const broken = images.at(-1) ?? "";
    writeFileSync(join(root, "cropped_aligned", broken), "not a picture");
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }))
      if (name.endsWith("test.safetensors")) rmSync(join(folder, name));
    const near = await submitted(root, folder);
    expect(near.missing.length).toBe(2);
    expect(near.missing.join("\n")).toContain(gone);
    const [old, found] = [cellsIn(whole.text), cellsIn(near.text)];
    const arousal = (cells = "") => cells.split(",")[1];
    expect(arousal(found.get(gone))).toBe(arousal(old.get(before)));
    expect(found.get(images[4] ?? "")).toBe(old.get(images[4] ?? ""));
    // Once more, with features that are stored by now.
    expect(await submitted(root, folder)).toEqual(near);
    await expect(submitted(root, folder, "error")).rejects.toThrow(/MTL.txt: .* and 1 more frames could not be read/);
    const zero = cellsIn((await submitted(root, folder, "zero")).text);
    expect(zero.get(gone)).toBe(`0.000000,0.000000,0${",0".repeat(12)}`);
    expect(zero.get(images[4] ?? "")).toBe(old.get(images[4] ?? ""));
  });

  test("is refused where the list has an image twice", { timeout: 60_000 }, async () => {
    const { root, file, head, lines } = await ready();
    writeFileSync(file, [head, ...lines, lines[3], ""].join("\n"));
    await expect(submitted(root, temporaryFolder())).rejects.toThrow(/is a frame that another line has/);
  });

  test("is refused where the list has a line that is none", { timeout: 60_000 }, async () => {
    const { root, file, head, lines } = await ready();
    writeFileSync(file, [head, ...lines, "video/x.jpg", ""].join("\n"));
    await expect(submitted(root, temporaryFolder())).rejects.toThrow(
      new RegExp(`MTL.txt:${lines.length + 2}: .*"video/x.jpg" is not video/number.jpg`),
    );
  });
});
