import * as ort from "onnxruntime-node";
import { inputsOf } from "../../compiler/ir/graph.ts";
import type { ExportPlan, StagePlan } from "../../compiler/lower/plan.ts";
import { uniform } from "../data/loader/random.ts";
import type { Evaluator, Tensor, Tensors } from "../engines/engine.ts";
import { type ExportedHead, headsOf } from "./export-model.ts";
import type { Run } from "./run-plan.ts";

export interface Shape {
  readonly batch: number;
  /** Undefined for a model without time. */
  readonly time: number | undefined;
}

export interface ExportCheck extends Shape {
  readonly task: string;
  /** The greatest absolute difference between the runtime's numbers and those of the file. */
  readonly difference: number;
}

/**
 * Runs an exported file in onnxruntime, at five shapes, on noise; beside it the runtime's own graphs, stage by stage with features in
 * between. Says how far they are apart.
 */
export async function checkExport(run: Run, plan: ExportPlan, path: string): Promise<readonly ExportCheck[]> {
  const session = await ort.InferenceSession.create(path, { logSeverityLevel: 3 });
  const numbers = new RuntimeNumbers(run);
  try {
    const fields = inputsOf(plan.graph()).filter(({ source }) => source.role === "field");
    const timed = fields.some(({ type }) => type.shape.length === 5);
    const checks: ExportCheck[] = [];
    for (const shape of timed ? timedShapes : stillShapes) {
      const images = new Map(
        fields.map(({ source, type }): [string, Noise] => [
          source.name,
          noise(shape, type.shape.slice(-2).map(Number)),
        ]),
      );
      const results = await session.run(
        Object.fromEntries(
          [...images].map(([name, { asFloat }]) => [name, new ort.Tensor("float32", asFloat.data, asFloat.shape)]),
        ),
      );
      for (const head of headsOf(run, plan)) {
        const found = results[head.name]?.data;
        const expected = await numbers.head(head, shape, images);
        if (!(found instanceof Float32Array) || found.length !== expected.length) {
          throw new Error(`${path} gives no ${head.name} like the runtime's`);
        }
        checks.push({ ...shape, task: head.name, difference: greatestDifference(found, expected) });
      }
    }
    return checks;
  } finally {
    await session.release();
    await numbers.release();
  }
}

const timedShapes: readonly Shape[] = [
  { batch: 1, time: 1 },
  { batch: 1, time: 8 },
  { batch: 2, time: 8 },
  { batch: 3, time: 5 },
  { batch: 2, time: 16 },
];
const stillShapes: readonly Shape[] = [1, 2, 3, 8, 16].map((batch) => ({ batch, time: undefined }));

function greatestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);
}

/** The same pictures as the file takes them, float32 [.., 3, height, width] in 0..1, and as the runtime does, bytes [.., height, width, 3]. */
interface Noise {
  readonly asFloat: { readonly shape: readonly number[]; readonly data: Float32Array };
  readonly asBytes: { readonly size: readonly number[]; readonly data: Uint8Array };
}

function noise(shape: Shape, [height = 1, width = 1]: readonly number[]): Noise {
  const area = height * width;
  const { batch, time = 1 } = shape;
  const count = batch * time;
  const bytes = Uint8Array.from({ length: count * area * 3 }, (_, i) => Math.floor(256 * uniform(batch, time, i)));
  const floats = new Float32Array(bytes.length);
  for (let frame = 0; frame < count; frame += 1) {
    for (let i = 0; i < area; i += 1) {
      for (let c = 0; c < 3; c += 1) {
        floats[(frame * 3 + c) * area + i] = (bytes[(frame * area + i) * 3 + c] ?? 0) / 255;
      }
    }
  }
  return {
    asFloat: { shape: [...leadOf(shape), 3, height, width], data: floats },
    asBytes: { size: [height, width, 3], data: bytes },
  };
}

function leadOf({ batch, time }: Shape): readonly number[] {
  return time === undefined ? [batch] : [batch, time];
}

/** What the runtime's graphs say of given images, as training and evaluation use them. */
class RuntimeNumbers {
  readonly #run: Run;
  readonly #evaluators = new Map<string, Promise<Evaluator>>();

  constructor(run: Run) {
    this.#run = run;
  }

  async head({ stage, task }: ExportedHead, shape: Shape, images: ReadonlyMap<string, Noise>): Promise<Float32Array> {
    return dataOf(await this.#result(stage, undefined, task, shape, images));
  }

  /** An output of the stage's evaluation graph, or of the graph of one of its features. */
  async #result(
    stage: StagePlan,
    feature: string | undefined,
    output: string,
    whole: Shape,
    images: ReadonlyMap<string, Noise>,
  ): Promise<Tensor> {
    const { batch, time = 1 } = whole;
    const shape: Shape = stage.clip === undefined ? { batch: batch * time, time: undefined } : { batch, time };
    const lead = leadOf(shape);
    const feeds = new Map<string, Tensor>();
    feeds.set("present", { dtype: "float32", shape: lead, data: new Float32Array(batch * time).fill(1) });
    for (const field of stage.fields) {
      const image = images.get(field)?.asBytes;
      if (image !== undefined) feeds.set(field, { dtype: "uint8", shape: [...lead, ...image.size], data: image.data });
    }
    for (const { input, stage: producer, tensor, shape: own } of stage.features) {
      const made = await this.#result(this.#run.stageOf(producer), tensor, tensor, whole, images);
      feeds.set(input, { ...made, shape: [...lead, ...own] });
    }
    const results: Tensors = await (await this.#evaluator(stage, feature)).run(feeds);
    const result = results.get(output);
    if (result === undefined) throw new Error(`${stage.label} gives no ${output}`);
    return result;
  }

  #evaluator(stage: StagePlan, feature: string | undefined): Promise<Evaluator> {
    const key = `${stage.hash} ${feature ?? ""}`;
    const graph = () => (feature === undefined ? stage.graphs.evaluation() : stage.graphs.feature(feature));
    const known =
      this.#evaluators.get(key) ?? this.#run.options.engine.evaluator(graph(), this.#run.keptOf(stage.hash));
    this.#evaluators.set(key, known);
    return known;
  }

  async release(): Promise<void> {
    for (const evaluator of this.#evaluators.values()) await (await evaluator).release();
  }
}

function dataOf({ data }: Tensor): Float32Array {
  if (!(data instanceof Float32Array)) throw new Error("a head gives numbers");
  return data;
}
