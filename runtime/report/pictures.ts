import type { StagePlan } from "../../compiler/lower/plan.ts";
import { type Part, tableOf } from "../data/open-data.ts";
import type { Tensor } from "../engines/engine.ts";
import type { Run } from "../run/run-plan.ts";
import { evaluatedAtOnce, evaluationSeed } from "../train/run-graph.ts";
import { stageLoader } from "../train/stage-data.ts";
import { keptBy } from "../train/stage-files.ts";

/** The pictures that a stage shows of some frames of a part that it was not trained on, if its data have one. */
export interface StagePictures {
  readonly part: Part;
  readonly shown: readonly {
    readonly title: string;
    /** PNG files as base64, one for each frame. */
    readonly png: readonly string[];
  }[];
}

/** Frames, or clips, whose pictures are shown. */
const count = 8;

/** Runs a finished stage's picture graph on frames, or clips, that lie evenly over the part; of a clip its first frame is shown. */
export async function picturesOf(run: Run, plan: StagePlan): Promise<StagePictures | undefined> {
  if (plan.shown.length === 0) return undefined;
  const data = await run.dataOf(plan.data);
  const part = (data.parts.get("val")?.rows ?? 0) > 0 ? "val" : "train";
  const { rows: all } = tableOf(data, part);
  const { clip } = plan.evaluate;
  const graph = plan.graphs.pictures();
  const inputs = await run.inputsOf(plan, [part]);
  const { loader, close } = stageLoader(plan, inputs, {
    part,
    rows: Int32Array.from({ length: all }, (_, row) => row),
    clip,
    pick: spread,
    batch: Math.min(count, evaluatedAtOnce(clip)),
    training: false,
    tasks: [],
    graphs: [graph],
  });
  try {
    const evaluator = await run.options.engine.evaluator(graph, run.keptOf(plan.hash, [...keptBy(plan).keys()][0]));
    try {
      await evaluator.keep(evaluationSeed(graph));
      const png = new Map(plan.shown.map((title): [string, string[]] => [title, []]));
      for (let i = 0; i < loader.steps; i += 1) {
        const results = await evaluator.run((await loader.at(0, i)).feeds);
        for (const [title, files] of png) files.push(...(await pngsOf(results.get(title))));
      }
      return { part, shown: [...png].map(([title, files]) => ({ title, png: files })) };
    } finally {
      await evaluator.release();
    }
  } finally {
    await close();
  }
}

function spread(of: number): Int32Array {
  const shown = Math.min(count, of);
  return Int32Array.from({ length: shown }, (_, i) => Math.floor((i * of) / shown));
}

/** [batch, (time), c, h, w] in 0..1 as one PNG for each of the batch. */
async function pngsOf(tensor: Tensor | undefined): Promise<readonly string[]> {
  if (tensor === undefined || !(tensor.data instanceof Float32Array))
    throw new Error("the picture graph lacks a picture");
  // A training of stored features needs no library of pictures, which takes 20 MiB.
  const { default: sharp } = await import("sharp");
  const { shape, data } = tensor;
  const [channels = 3, height = 1, width = 1] = shape.slice(-3);
  const own = data.length / (shape[0] ?? 1);
  return Promise.all(
    Array.from({ length: shape[0] ?? 0 }, async (_, i) => {
      const pixels = bytesOf(data.subarray(i * own, i * own + channels * height * width), channels);
      const raw = { width, height, channels: channels === 1 ? 1 : 3 } as const;
      return (await sharp(pixels, { raw }).png().toBuffer()).toString("base64");
    }),
  );
}

/** Planes [c, h, w] of numbers in 0..1 as bytes [h, w, c]; what lies outside is cut. */
function bytesOf(planes: Float32Array, channels: number): Uint8ClampedArray {
  const area = planes.length / channels;
  return Uint8ClampedArray.from(
    planes,
    (_, i) => 255 * (planes[(i % channels) * area + Math.floor(i / channels)] ?? 0),
  );
}
