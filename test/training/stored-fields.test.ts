import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { inputsOf } from "../../compiler/ir/graph.ts";
import { checkExport } from "../../runtime/run/check-export.ts";
import { exportModel } from "../../runtime/run/export-model.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { tolerances } from "../tolerances.ts";
import { runOf } from "./small-run.ts";

const stored = fileURLToPath(new URL("../reference/stored/", import.meta.url));

/** Two videos of five frames, whose only label is a number that its stored features show: 100 v + f. */
function dataIn(root: string): string {
  const rows = ["10-30-1280x720", "video59_right"].flatMap((video, v) =>
    [1, 2, 3, 4, 5].map((frame) => `${video}/0000${frame}.jpg,${(100 * v + frame) / 200 - 0.25}`),
  );
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, "rows.csv"), ["image,value", ...rows].join("\n"));
  copyFileSync(join(stored, "video-frame.h5"), join(root, "heard.h5"));
  copyFileSync(join(stored, "by-video.h5"), join(root, "place.h5"));
  return `
use "std/aff2.abaw"
use "std/nn.abaw"
use "std/time.abaw"

task level = scalar(-1 .. 1)

data faces {
  format: csv("rows.csv", image: "image")
  root:   "nowhere"
  fields: {
    heard: features("heard.h5", dims: [3], layout: h5_video_frame, missing: mask)
    place: features("place.h5", dims: [3], layout: h5_video_frame, per: video)
  }
  labels: {level: column("value")}
  split:  random_split(0.5, seed: 1)
}

model small() (heard, place) {
  x = heard * heard.present -> linear(8) -> tanh
  y = x + (place -> linear(8))
  head level = y -> linear
}

stage sound = train small() on faces {
  loss:      {level: mse(level)}
  optimizer: adamw(1e-2)
  batch: 4, duration: 4 epochs
}

model over_time() (heard, place) {
  x = heard * heard.present -> linear(8) -> tanh
  y = x + (place -> linear(8)) -> temporal_convergence(hidden: 4)
  head level = y -> linear
}

stage clips = train over_time() on faces {
  clip:      clip(4)
  loss:      {level: mse(level)}
  optimizer: adamw(1e-2)
  batch: 2, duration: 2 epochs
}

export sound
export clips
`;
}

test("a model of stored fields alone trains, and is another when a file has other numbers, and found when they are back", async () => {
  const root = join(temporaryFolder(), "data");
  const folder = temporaryFolder();
  const spec = dataIn(root);
  const run = runOf(spec, root, folder);
  expect(await run.train()).toBe(true);
  const [stage] = run.plan.stages;
  if (stage === undefined) throw new Error("there is no stage");
  const first = await run.identityOf(stage);
  expect(await run.isFinished(stage)).toBe(true);
  expect(Array.from(await run.predict(stage, "level", "val")).every(Number.isFinite)).toBe(true);

  copyFileSync(join(stored, "frame-video.h5"), join(root, "heard.h5"));
  const changed = runOf(spec, root, folder);
  expect(await changed.identityOf(changed.plan.stages[0] ?? stage)).not.toBe(first);

  copyFileSync(join(stored, "video-frame.h5"), join(root, "heard.h5"));
  const again = runOf(spec, root, folder);
  expect(await again.isFinished(again.plan.stages[0] ?? stage)).toBe(true);
});

test("its numbers are inputs of the exported file, with which of them are there", async () => {
  const root = join(temporaryFolder(), "data");
  const folder = temporaryFolder();
  const run = runOf(dataIn(root), root, folder);
  expect(await run.train()).toBe(true);
  expect(run.plan.exports.length).toBe(2);
  for (const plan of run.plan.exports) {
    const path = join(folder, "model.onnx");
    exportModel(run, plan, path);
    expect(inputsOf(plan.graph()).map(({ source }) => source.name)).toEqual(
      expect.arrayContaining(["heard", "heard.present", "place"]),
    );
    const checks = await checkExport(run, plan, path);
    expect(checks.length).toBe(5);
    for (const { difference } of checks) expect(difference).toBeLessThan(tolerances.exports);
  }
});
