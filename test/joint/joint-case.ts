import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import type { Tensor, Tensors, TrainingProgram } from "../../runtime/engines/engine.ts";
import { onGrid, seededRandom } from "../compiler/seeded-random.ts";
import { planOf } from "../plan-of.ts";

export const steps = 20;
const batches = 4;
const [batch, time] = [4, 6];

export interface JointCase {
  readonly stage: StagePlan;
  readonly parameters: Tensors;
  /** Counted class weights. */
  readonly facts: Tensors;
  /** What steps are fed in turn. */
  readonly feeds: readonly Tensors[];
}

/** The stage of joint.abaw with first weights and batches, all multiples of 1/512; labels are missing here and there, or all. */
export function jointCase(): JointCase {
  const path = fileURLToPath(new URL("./joint.abaw", import.meta.url));
  const stage = planOf(readFileSync(path, "utf8")).stages.find(({ label }) => label === "together");
  if (stage === undefined) throw new Error("joint.abaw has no stage together");
  const parameters = new Map(
    stage.parameters.map((parameter): [string, Tensor] => [
      parameter.path,
      drawn(parameter.path, parameter.shape, -0.3, 0.3),
    ]),
  );
  const facts = new Map(
    [...stage.facts].map(([name, { shape }]): [string, Tensor] => [name, drawn(name, shape, 0.5, 2)]),
  );
  return { stage, parameters, facts, feeds: Array.from({ length: batches }, (_, i) => feedsOf(stage, i)) };
}

/** What an engine's trainer of the stage is made of. */
export function programOf({ stage, parameters, facts }: JointCase): TrainingProgram {
  return {
    graph: stage.graphs.training({ batch: stage.batch, time: stage.clip?.length }),
    parameters: stage.parameters.map(({ path, shape, group }) => {
      const start = parameters.get(path)?.data;
      if (!(start instanceof Float32Array)) throw new Error(`no ${path}`);
      return { path, shape, group: group ?? 0, start };
    }),
    states: new Map(),
    constants: facts,
    source: {
      label: stage.label,
      frozen: new Set(),
      forward: stage.graphs.forward(),
      penalties: stage.groups.map(({ l2 = 0 }) => l2),
    },
    groups: stage.groups.length,
    optimiser: stage.optimiser,
    maxGradientNorm: stage.maxGradientNorm,
    ema: stage.ema,
  };
}

function drawn(name: string, shape: readonly number[], low: number, high: number): Tensor {
  const random = seededRandom(name);
  const count = shape.reduce((product, dim) => product * dim, 1);
  return {
    dtype: "float32",
    shape,
    data: Float32Array.from({ length: count }, () => onGrid(low + (high - low) * random())),
  };
}

function feedsOf(stage: StagePlan, index: number): Tensors {
  const random = seededRandom(`batch ${index}`);
  const feeds = new Map<string, Tensor>();
  const frames = batch * time;
  const put = (name: string, width: number, next: (i: number) => number) =>
    feeds.set(name, {
      dtype: "float32",
      shape: [batch, time, width],
      data: Float32Array.from({ length: frames * width }, (_, i) => next(i)),
    });
  feeds.set("image", {
    dtype: "uint8",
    shape: [batch, time, 4, 4, 3],
    data: Uint8Array.from({ length: frames * 48 }, () => Math.floor(256 * random())),
  });
  for (const { input, shape } of stage.features) put(input, shape[0] ?? 1, () => onGrid(2 * random() - 1));
  feeds.set("present", { dtype: "float32", shape: [batch, time], data: new Float32Array(frames).fill(1) });
  put("au.label", 12, () => Number(random() < 0.4));
  put("au.mask", 12, () => Number(random() < 0.7));
  const classes = Array.from({ length: frames }, () => Math.floor(8 * random()));
  put("expr.label", 8, (i) => Number(classes[Math.floor(i / 8)] === i % 8));
  // No expression at all in the third batch, no valence in the fourth.
  put("expr.mask", 1, () => (index === 2 ? 0 : Number(random() < 0.6)));
  put("valence.label", 1, () => onGrid(2 * random() - 1));
  put("valence.mask", 1, () => (index === 3 ? 0 : Number(random() < 0.7)));
  feeds.set("seed", { dtype: "int32", shape: [2], data: Int32Array.of(1, 2) });
  return feeds;
}

/** The case as make_joint.py reads it. */
export function questionOfJoint({ stage, parameters, facts, feeds }: JointCase): unknown {
  const plain = (tensors: Tensors) =>
    Object.fromEntries(
      [...tensors].map(([name, { shape, data }]) => [name, { shape, values: Array.from(data, Number) }]),
    );
  return {
    steps,
    optimiser: stage.optimiser,
    rate: 1e-2,
    weightDecay: stage.groups[0]?.weightDecay,
    maxGradientNorm: stage.maxGradientNorm,
    ema: stage.ema,
    parameters: plain(parameters),
    facts: plain(facts),
    batches: feeds.map(plain),
  };
}
