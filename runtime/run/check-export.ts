import * as ort from "onnxruntime-node";
import { type Dim, substituteDim } from "../../compiler/ir/dim.ts";
import { type Graph, inputsOf } from "../../compiler/ir/graph.ts";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import type { NetworkUse } from "../../compiler/lower/plan-networks.ts";
import type { ExportPlan, IncludedTensor } from "../../compiler/lower/plan-outputs.ts";
import { weightedSum } from "../assemble/weighted-sum.ts";
import { hashText, uniform } from "../data/loader/random.ts";
import type { Evaluator, Tensor, Tensors } from "../engines/engine.ts";
import { FieldStore } from "../features/stored/field-store.ts";
import { networkEvaluator } from "../networks/network-evaluator.ts";
import { type ExportedOutput, outputsOf } from "./export-model.ts";
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

/** What the runtime says of noise of one shape. */
export interface ExportAnswer {
  readonly shape: Shape;
  /** Float32 by the file's inputs: [batch, (time), 3, height, width] in 0..1; `present`, if it is one, [batch, time]. */
  readonly inputs: Tensors;
  /** By output of the file. */
  readonly outputs: ReadonlyMap<string, Float32Array>;
}

/** The runtime's own numbers, stage by stage with features in between, at five shapes of noise. */
export async function exportAnswers(run: Run, plan: ExportPlan): Promise<readonly ExportAnswer[]> {
  const numbers = new RuntimeNumbers(run);
  try {
    const graph = plan.graph();
    const wanted = inputsOf(graph);
    const fields = wanted.filter(({ source }) => source.role === "field");
    const masked = wanted.some(({ source }) => source.role === "present");
    const stored = new Set(run.plan.stages.flatMap((stage) => [...FieldStore.of(stage).keys()]));
    const isStored = (name: string) => stored.has(name.replace(/\.present$/, ""));
    const answers: ExportAnswer[] = [];
    for (const shape of shapesOf(graph)) {
      const given = new Map(
        fields.map(({ source: { name }, type }): [string, Noise | Tensor] => [
          name,
          isStored(name) ? storedNoise(name, shape, type.shape) : noise(shape, type.shape.slice(-2).map(Number)),
        ]),
      );
      const present = presence(shape, masked);
      const outputs = new Map<string, Float32Array>();
      for (const output of outputsOf(run, plan))
        outputs.set(output.name, await numbers.output(output, shape, given, present));
      for (const tensor of plan.include)
        outputs.set(tensor.name, await numbers.tensor(tensor, { ...shape, given, present }));
      const inputs = new Map(
        [...given].map(([name, each]): [string, Tensor] => [
          name,
          "asFloat" in each ? { dtype: "float32", ...each.asFloat } : each,
        ]),
      );
      if (masked) inputs.set("present", { dtype: "float32", shape: leadOf(shape), data: present });
      answers.push({ shape, inputs, outputs });
    }
    return answers;
  } finally {
    await numbers.release();
  }
}

/** Runs an exported file in onnxruntime at five shapes, and says how far it is from the runtime's numbers. */
export async function checkExport(run: Run, plan: ExportPlan, path: string): Promise<readonly ExportCheck[]> {
  const session = await ort.InferenceSession.create(path, { logSeverityLevel: 3 });
  try {
    const checks: ExportCheck[] = [];
    for (const { shape, inputs, outputs } of await exportAnswers(run, plan)) {
      const feeds = [...inputs].map(([name, tensor]) => [
        name,
        new ort.Tensor("float32", dataOf(tensor), tensor.shape),
      ]);
      const results = await session.run(Object.fromEntries(feeds));
      for (const [task, expected] of outputs) {
        const found = results[task]?.data;
        if (!(found instanceof Float32Array) || found.length !== expected.length) {
          throw new Error(`${path} gives no ${task} like the runtime's`);
        }
        checks.push({ ...shape, task, difference: greatestDifference(found, expected) });
      }
    }
    return checks;
  } finally {
    await session.release();
  }
}

const timedShapes: readonly Shape[] = [
  { batch: 1, time: 1 },
  { batch: 1, time: 8 },
  { batch: 2, time: 8 },
  { batch: 3, time: 5 },
  { batch: 2, time: 16 },
];
const batches: readonly number[] = [1, 2, 3, 8, 16];

/** Outputs are [batch, (time), width], of a model for windows of one length with a number for the time. */
function shapesOf({ outputs }: Graph): readonly Shape[] {
  const [first] = outputs;
  const time = first?.value.type.shape.at(-2);
  if (first?.value.type.shape.length !== 3) return batches.map((batch) => ({ batch, time: undefined }));
  return typeof time === "number" ? batches.map((batch) => ({ batch, time })) : timedShapes;
}

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

/** Stored numbers, or which frames have them, as an input of these sizes has them. */
function storedNoise(name: string, { batch, time = 1 }: Shape, dims: readonly Dim[]): Tensor {
  const sizes = new Map([
    ["batch", batch],
    ["time", time],
  ]);
  const shape = dims.map((size) => Number(substituteDim(size, sizes)));
  const seed = hashText(name, batch);
  const isPresence = name.endsWith(".present");
  const data = Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, i) => {
    const drawn = uniform(seed, i);
    return isPresence ? Math.round(drawn) : 2 * drawn - 1;
  });
  return { dtype: "float32", shape, data };
}

/** 1 for a frame and 0 for padding, [batch, time]: where the file is told of padding, every second clip has some inside and ends with some. */
function presence({ batch, time = 1 }: Shape, masked: boolean): Float32Array {
  return Float32Array.from({ length: batch * time }, (_, i) => {
    const [clip, frame] = [Math.floor(i / time), i % time];
    const isPadding = frame >= Math.ceil(0.75 * time) || (time > 2 && frame === Math.floor(time / 3));
    return masked && clip % 2 === 1 && isPadding ? 0 : 1;
  });
}

function leadOf({ batch, time }: Shape): readonly number[] {
  return time === undefined ? [batch] : [batch, time];
}

/** A stage's evaluation graph, or that of one of its features, with the weights of one of its checkpoints. */
interface Asked {
  readonly stage: StagePlan;
  readonly checkpoint: string | undefined;
  readonly feature: string | undefined;
}

/** What a file is fed, in one of the shapes that it is tried with. */
interface Whole extends Shape {
  readonly given: ReadonlyMap<string, Noise | Tensor>;
  readonly present: Float32Array;
}

/** What the runtime's graphs say of given images, as training and evaluation use them. */
class RuntimeNumbers {
  readonly #run: Run;
  readonly #evaluators = new Map<string, Promise<Evaluator>>();

  constructor(run: Run) {
    this.#run = run;
  }

  async output(
    { parts }: ExportedOutput,
    shape: Shape,
    given: ReadonlyMap<string, Noise | Tensor>,
    present: Float32Array,
  ): Promise<Float32Array> {
    const values: Float32Array[] = [];
    for (const { stage, checkpoint, task } of parts) {
      const asked = { stage, checkpoint, feature: undefined };
      values.push(dataOf(await this.#result(asked, task, { ...shape, given, present })));
    }
    return weightedSum(parts.map(({ weight }, i) => ({ weight, values: values[i] ?? new Float32Array() })));
  }

  /** A tensor beside the heads. */
  async tensor({ stage, checkpoint, tensor }: IncludedTensor, whole: Whole): Promise<Float32Array> {
    const asked = { stage: this.#run.stageOf(stage), checkpoint, feature: tensor };
    return dataOf(await this.#result(asked, tensor, whole));
  }

  /** An output of the stage's evaluation graph, or of the graph of one of its features. */
  async #result(asked: Asked, output: string, whole: Whole): Promise<Tensor> {
    const { stage } = asked;
    const { batch, time = 1, given, present } = whole;
    const shape: Shape = stage.clip === undefined ? { batch: batch * time, time: undefined } : { batch, time };
    const lead = leadOf(shape);
    const feeds = new Map<string, Tensor>();
    feeds.set("present", { dtype: "float32", shape: lead, data: present });
    for (const [field, numbers] of given) {
      if ("asBytes" in numbers) {
        const { size, data } = numbers.asBytes;
        feeds.set(field, { dtype: "uint8", shape: [...lead, ...size], data });
        continue;
      }
      // A stage without time has the frames of all clips one after the other.
      const own =
        stage.clip === undefined && whole.time !== undefined
          ? [batch * time, ...numbers.shape.slice(2)]
          : numbers.shape;
      feeds.set(field, { ...numbers, shape: own });
    }
    for (const { input, stage: producer, checkpoint, tensor, shape: own } of stage.features) {
      const needed = { stage: this.#run.stageOf(producer), checkpoint, feature: tensor };
      const made = await this.#result(needed, tensor, whole);
      feeds.set(input, { ...made, shape: [...lead, ...own] });
    }
    for (const use of stage.networks ?? [])
      for (const [input, said] of await (await this.#network(stage, use)).run(feeds)) feeds.set(input, said);
    const results: Tensors = await (await this.#evaluator(asked)).run(feeds);
    const result = results.get(output);
    if (result === undefined) throw new Error(`${stage.label} gives no ${output}`);
    return result;
  }

  #network(stage: StagePlan, use: NetworkUse): Promise<Evaluator> {
    const key = `${stage.hash} network ${use.path}`;
    const known =
      this.#evaluators.get(key) ?? networkEvaluator(use, stage.graphs.picture(use.path), this.#run.options.engine);
    this.#evaluators.set(key, known);
    return known;
  }

  #evaluator({ stage, checkpoint, feature }: Asked): Promise<Evaluator> {
    const key = `${stage.hash} ${checkpoint ?? ""} ${feature ?? ""}`;
    const graph = () => (feature === undefined ? stage.graphs.evaluation() : stage.graphs.feature(feature));
    const known =
      this.#evaluators.get(key) ??
      this.#run.options.engine.evaluator(graph(), this.#run.keptOf(stage.hash, checkpoint));
    this.#evaluators.set(key, known);
    return known;
  }

  async release(): Promise<void> {
    for (const evaluator of this.#evaluators.values()) await (await evaluator).release();
  }
}

function dataOf({ data }: Tensor): Float32Array {
  if (!(data instanceof Float32Array)) throw new Error("these are no float32 numbers");
  return data;
}
