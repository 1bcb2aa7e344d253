import { readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { recordReport } from "../../runtime/report/record-run.ts";
import { readReport, reportFiles } from "../../runtime/report/report-data.ts";
import type { Run } from "../../runtime/run/run-plan.ts";
import { runOverPart } from "../../runtime/train/run-graph.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { runOf, silent } from "./small-run.ts";

const side = 32;
const grid = 4;

const specWith = (show: string) => `
use "std/aff2.abaw"
use "std/vit.abaw"

faces = aff2(${side}) with {format: synthetic(videos: 4, frames: 16, seed: 3)}
encoder face = vit(1, 16, heads: 2, patch: 8)

model masked() (image) {
  target = image -> patchify(8)
  keep = random_subset(target, share: 0.25, over: n)
  seen = (image, keep) -> face.trunk -> layer_norm(1e-6)
  drawn = (seen, keep) -> mae_decoder(1, 16, heads: 2, grid: ${grid}, out: size(target, d))
  shown = sum(one_hot(keep, size(target, n)), over: k) + 0 * target[d: 0]
}

stage pretrained = train masked() on faces {
  loss:      {pixels: (drawn, target, keep) -> hidden_patch_error()}
  optimizer: adamw(3e-3)
  batch: 8, duration: 6 epochs
  show: {${show}}
}
`;

const pictures = `
    original: target -> unpatchify(8, rows: ${grid})
    masked:   (target, keep) -> masked_patches -> unpatchify(8, rows: ${grid})
    drawn:    (drawn, target, keep) -> rebuilt_patches -> unpatchify(8, rows: ${grid})`;

async function shownOf(run: Run, stage: StagePlan): Promise<readonly (readonly number[])[]> {
  const { engine } = run.options;
  const sources = { engine, weights: run.keptOf(stage.hash), inputs: await run.inputsOf(stage, ["val"]) };
  const { values = new Float32Array() } = (await runOverPart(stage, stage.graphs.feature("shown"), sources, "val")).get(
    "shown",
  ) ?? { values: undefined };
  return Array.from({ length: values.length / grid ** 2 }, (_, row) =>
    Array.from(values.subarray(row * grid ** 2, (row + 1) * grid ** 2)),
  );
}

test("masked pre-training lowers its loss on rows without labels, and its report shows what was seen and drawn", async () => {
  const [root, folder] = [temporaryFolder(), temporaryFolder()];
  const run = runOf(specWith(pictures), root, folder);
  expect(await run.train()).toBe(true);
  const [stage] = run.plan.stages;
  if (stage === undefined) throw new Error("the text has a stage");
  expect(stage.tasks).toEqual([]);

  // A quarter of each picture's patches, other ones in each.
  const shown = await shownOf(run, stage);
  expect(shown.length).toBeGreaterThan(8);
  for (const row of shown) expect(row.toSorted()).toEqual([...Array<number>(12).fill(0), ...Array<number>(4).fill(1)]);
  expect(new Set(shown.map(String)).size).toBeGreaterThan(shown.length / 2);

  await recordReport(run, "masked.abaw", []);
  const [told] = readReport(folder).stages;
  const losses = told?.epochs.map((epoch) => epoch.losses["pixels"] ?? Number.NaN) ?? [];
  expect(losses.length).toBe(6);
  expect(losses.at(-1) ?? 9).toBeLessThan(0.9 * (losses[0] ?? 0));
  expect(told?.pictures?.part).toBe("val");
  const titles = told?.pictures?.shown.map(({ title }) => title);
  expect(titles).toEqual(["original", "masked", "drawn"]);
  const page = readFileSync(join(folder, reportFiles.page), "utf8");
  for (const { png } of told?.pictures?.shown ?? []) {
    expect(png.length).toBe(8);
    for (const data of png) {
      const { width, height, channels } = await sharp(Buffer.from(data, "base64")).metadata();
      expect([width, height, channels]).toEqual([side, side, 3]);
      expect(page).toContain(data);
    }
  }

  // What was shown is the same in all three, and what was not is black, and not black where it was drawn.
  const [original = [], masked = [], drawn = []] = await Promise.all(
    (told?.pictures?.shown ?? []).map(({ png }) =>
      Promise.all(png.map((data) => sharp(Buffer.from(data, "base64")).raw().toBuffer())),
    ),
  );
  const black = masked.flatMap((each) =>
    Array.from({ length: side * side }, (_, i) => each.subarray(3 * i, 3 * i + 3)),
  );
  const hidden = black.filter((pixel) => pixel.every((value) => value === 0)).length / black.length;
  expect(hidden).toBeGreaterThanOrEqual(0.75);
  expect(hidden).toBeLessThan(0.85);
  masked.forEach((each, k) => {
    each.forEach((value, i) => {
      if (value === 0) return;
      expect(value).toBe(original[k]?.[i]);
      expect(value).toBe(drawn[k]?.[i]);
    });
    expect(drawn[k]?.filter((value) => value > 0).length).toBeGreaterThan(0.9 * each.length);
  });
});

test("what is shown decides nothing of the training", async () => {
  const [root, folder] = [temporaryFolder(), temporaryFolder()];
  const first = runOf(specWith(pictures), root, folder, {}, [["pretrained.duration", "1 epochs"]]);
  expect(await first.train()).toBe(true);
  const cached: string[] = [];
  const watch = { ...silent, stageCached: ({ label }: StagePlan) => void cached.push(label) };
  const again = runOf(specWith(""), root, folder, { watch }, [["pretrained.duration", "1 epochs"]]);
  expect(await again.train()).toBe(true);
  expect(cached).toEqual(["pretrained"]);
  expect(again.plan.stages[0]?.shown).toEqual([]);
});
