import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { synthesise } from "../../runtime/data/synth/index.ts";
import { stageFiles } from "../../runtime/train/stage-files.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { runOf } from "./small-run.ts";

const spec = `use "std/aff2.abaw"

faces = aff2(16) with {root: "nowhere"}

model still() (image) {
  x = image -> view([.., d: 768]) -> linear(16) -> relu
  head expr = x -> linear
}

stage first = train still() on faces { loss: {expr: ce(expr)}, batch: 8, duration: 1 epoch, keep: last }

model after() (image) {
  head valence = first.x -> linear
}

stage second = train after() on faces { loss: {valence: ccc(valence)}, batch: 8, duration: 2 epochs }
`;

async function trained() {
  const [root, folder] = [temporaryFolder(), temporaryFolder()];
  await synthesise({ out: root, videos: 4, frames: 20, seed: 3, size: 16 });
  const run = runOf(spec, root, folder);
  await run.train();
  const [, second] = run.plan.stages;
  if (second === undefined) throw new Error("no stage");
  const stage = run.options.folder.stage(second);
  return { root, folder, stage, weights: readFileSync(join(stage, stageFiles.kept)) };
}

test("a stage that reads stored features alone opens no picture, in training and validation", async () => {
  const { root, folder, stage, weights } = await trained();
  rmSync(join(root, "cropped_aligned"), { recursive: true });
  rmSync(stage, { recursive: true });
  expect(await runOf(spec, root, folder).train()).toBe(true);
  expect(readFileSync(join(stage, stageFiles.kept)).equals(weights)).toBe(true);
});

test("where pictures that cannot be read are skipped, their rows are found though their features are stored", async () => {
  const { root, folder, stage } = await trained();
  const lines = readFileSync(join(root, "training_set_annotations.txt"), "utf8").split("\n");
  const image = lines[5]?.split(",")[0] ?? "";
  writeFileSync(join(root, "cropped_aligned", image), "no picture");
  rmSync(stage, { recursive: true });
  const run = runOf(spec, root, folder, { onBadRow: "skip" });
  await run.train();
  expect(await run.badImages()).toEqual([expect.stringContaining(image)]);
});
