import { freemem, platform, totalmem } from "node:os";
import { evaluationPeak } from "../../compiler/cost/evaluation.ts";
import { stepCost } from "../../compiler/cost/step.ts";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { usualCache } from "../data/loader/image-source.ts";
import type { OpenData } from "../data/open-data.ts";
import type { Run } from "../run/run-plan.ts";
import { evaluatedAtOnce } from "../train/run-graph.ts";

/** What onnxruntime takes for each byte of weights and values: 1.23 to 1.32, measured on vision transformers (see `StepMemory`). */
const workSpace = 1.32;
/** Threads that read pictures, and onnxruntime: what a training process takes beside what this one does, which knows the same data. */
const beside = 128 * 2 ** 20;
const float = 4;

/**
 * Bytes of main memory that a process takes at most to train a stage on the processor: the program with the annotations, the graphs of
 * training and validation, which are there side by side, pictures that are kept, and numbers of other stages, networks and stored fields.
 * Seven processes of 0.3 to 1.6 GB, of transformers and convolutions, on frames and clips, took between 6 % less and 11 % more. Undefined
 * where it is not known before: clips are whole videos, or another engine than onnxruntime on the processor trains.
 */
export async function processMemory(run: Run, stage: StagePlan): Promise<number | undefined> {
  if (run.options.engine.name !== "onnx" || stage.clip?.whole === true || stage.evaluate.clip?.whole === true)
    return undefined;
  const data = await run.dataOf(stage.data);
  const { clip } = stage.evaluate;
  const evaluation = evaluationPeak(stage, evaluatedAtOnce(clip), clip?.length ?? 1);
  const graphs = (stepCost(stage)?.memory.total ?? 0) + evaluation.bytes;
  const kept = picturesOf(stage, data) + rowsOf(data) * float * numbersOf(stage);
  return process.memoryUsage().rss + beside + workSpace * graphs + kept;
}

/** Bytes of main memory that processes may take that are started now, without the last tenth: as much as the system has, or a container may use. */
export function memoryLeft(): number {
  // macOS counts what it keeps of files among what is taken.
  const free = platform() === "darwin" ? totalmem() : freemem();
  const most = process.constrainedMemory() - process.memoryUsage().rss;
  return 0.9 * (most > 0 ? Math.min(free, most) : free);
}

/** Each view of a training, and each version of the frames that is judged, keeps its own. */
function picturesOf({ data, fields, views, evaluate }: StagePlan, { parts }: OpenData): number {
  let bytes = 0;
  for (const name of fields) {
    const field = data.fields.get(name);
    if (field?.kind !== "images") continue;
    const copies = { train: views?.size ?? 1, val: evaluate.tta?.length ?? 1 };
    for (const part of ["train", "val"] as const)
      bytes += Math.min(usualCache, copies[part] * 3 * field.size ** 2 * (parts.get(part)?.rows ?? 0));
  }
  return bytes;
}

/** Of each row. */
function numbersOf({ features, networks = [], data, fields }: StagePlan): number {
  const stored = fields.flatMap((name) => {
    const field = data.fields.get(name);
    return field?.kind === "features" ? [field.dims] : [];
  });
  const shapes = [
    ...features.map(({ shape }) => shape),
    ...networks.flatMap(({ outputs }) => outputs.map(({ shape }) => shape)),
    ...stored,
  ];
  return shapes.reduce((sum, shape) => sum + shape.reduce((product, size) => product * size, 1), 0);
}

function rowsOf({ parts }: OpenData): number {
  return (["train", "val"] as const).reduce((sum, part) => sum + (parts.get(part)?.rows ?? 0), 0);
}
