import { expect, test, vi } from "vitest";
import type { ImageOptions } from "../../runtime/data/loader/image-source.ts";
import { stageLoader } from "../../runtime/train/stage-data.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { runOf } from "./small-run.ts";

const caches = vi.hoisted((): (number | undefined)[] => []);

vi.mock("../../runtime/data/loader/image-source.ts", async (original) => {
  const real = await original<typeof import("../../runtime/data/loader/image-source.ts")>();
  class Counted extends real.ImageSource {
    constructor(table: ConstructorParameters<typeof real.ImageSource>[0], options: ImageOptions) {
      super(table, options);
      caches.push(options.cacheBytes);
    }
  }
  return { ...real, ImageSource: Counted };
});

const spec = `
use "std/aff2.abaw"

faces = aff2(16) with {format: synthetic(videos: 4, frames: 4, seed: 3)}

model small() (image) {
  head valence = image[h: 0, w: 0] -> linear
}

stage two = train small() on faces {
  views: {a: {}, b: {}}
  loss:  {valence: mse(a.valence) + mse(b.valence)}
  batch: 4, duration: 1 epochs
}
`;

test("the pictures of all views share what one may keep", async () => {
  const { usualCache } = await import("../../runtime/data/loader/image-source.ts");
  const run = runOf(spec, temporaryFolder(), temporaryFolder());
  const [plan] = run.plan.stages;
  if (plan === undefined) throw new Error("the text has a stage");
  const inputs = await run.inputsOf(plan, ["train"]);
  const { batch, tasks } = plan;
  const graphs = [plan.graphs.training({ batch, time: 1 })];
  const rows = Int32Array.of(0, 1, 2, 3);
  const { close } = stageLoader(plan, inputs, {
    part: "train",
    rows,
    clip: undefined,
    batch,
    training: true,
    tasks,
    graphs,
  });
  await close();
  expect(caches).toEqual([usualCache / 2, usualCache / 2]);
});
