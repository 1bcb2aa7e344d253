import sharp from "sharp";
import { expect, test } from "vitest";
import { ImageSource } from "../../runtime/data/loader/image-source.ts";
import { tableOf } from "../../runtime/data/open-data.ts";
import type { Engine } from "../../runtime/engines/engine.ts";
import { onnxEngine } from "../../runtime/engines/onnx/index.ts";
import { picturesOf } from "../../runtime/report/pictures.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { runOf } from "./small-run.ts";

const side = 16;
const most = 8;

const specWith = (clip: string) => `
use "std/aff2.abaw"

faces = aff2(${side}) with {format: synthetic(videos: 8, frames: 18, seed: 3)}

model small() (image) {
  seen = image * 1
  head valence = mean(mean(image, over: h), over: w) -> gru(4) -> linear
}

stage one = train small() on faces {
  clip:  ${clip}
  batch: 4, duration: 1 epochs, keep: last
  show:  {seen: seen}
}
`;

/** The table of the part that a stage shows pictures of, their bytes, those of rows as they are read, and the clips of each pass. */
async function shownWith(clip: string) {
  let passes: number[] = [];
  const engine: Engine = {
    ...onnxEngine,
    async evaluator(graph, constants) {
      const evaluator = await onnxEngine.evaluator(graph, constants);
      return {
        keep: (inputs) => evaluator.keep(inputs),
        release: () => evaluator.release(),
        run(feeds) {
          passes.push(feeds.get("image")?.shape[0] ?? 0);
          return evaluator.run(feeds);
        },
      };
    },
  };
  const run = runOf(specWith(clip), temporaryFolder(), temporaryFolder(), { engine });
  expect(await run.train()).toBe(true);
  passes = [];
  const [stage] = run.plan.stages;
  const pictures = stage && (await picturesOf(run, stage));
  if (stage === undefined || pictures === undefined) throw new Error("the stage shows pictures");
  const data = await run.dataOf(stage.data);
  const table = tableOf(data, pictures.part);
  const files = pictures.shown.flatMap(({ png }) => png);
  const bytes = await Promise.all(files.map((file) => sharp(Buffer.from(file, "base64")).raw().toBuffer()));
  const source = new ImageSource(table, {
    folders: data.foldersOf("image"),
    size: side,
    augment: [],
    seed: 0,
    skipBad: false,
  });
  const read = (rows: readonly number[]) => source.images(Int32Array.from(rows), undefined, {});
  return { table, passes, shown: Buffer.concat(bytes), read, close: () => source.close() };
}

test("clips whose first frames are shown lie evenly over the part", async () => {
  const { table, passes, shown, read, close } = await shownWith("clip(2, hop: 2)");
  const clips = table.rows / 2;
  expect(clips).toBeGreaterThan(most);
  expect(passes).toEqual([most]);
  const rows = Array.from({ length: most }, (_, i) => 2 * Math.floor((i * clips) / most));
  expect(shown.equals(await read(rows))).toBe(true);
  await close();
});

test("a whole video is shown by itself, as nothing is judged beside others that it would be padded with", async () => {
  const { table, passes, shown, read, close } = await shownWith("whole_video()");
  expect(passes).toEqual(table.videos.map(() => 1));
  const starts = table.videos.map((_, video) => table.video.indexOf(video));
  expect(starts.length).toBeGreaterThan(1);
  expect(shown.equals(await read(starts))).toBe(true);
  await close();
});
