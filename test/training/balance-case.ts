import { readFileSync } from "node:fs";
import { optimisers } from "../../compiler/library/optimisers/index.ts";
import { passSize } from "../../compiler/lower/pass-size.ts";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import type { Engine, Tensor, Tensors, TrainerState } from "../../runtime/engines/engine.ts";
import { onnxEngine } from "../../runtime/engines/onnx/index.ts";
import { StageTrainer } from "../../runtime/train/stage-trainer.ts";
import { planOf } from "../plan-of.ts";

/** What test/reference/make_balance.py stored. */
interface Stored {
  readonly steps: number;
  readonly rows: number;
  readonly perEpoch: number;
  readonly seed: number;
  readonly rate: number;
  readonly start: Readonly<Record<string, readonly number[]>>;
  readonly seen: readonly (readonly number[])[];
  readonly labels: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly results: Readonly<
    Record<
      string,
      { readonly losses: readonly (readonly number[])[]; readonly weights: Readonly<Record<string, readonly number[]>> }
    >
  >;
}

export const stored: Stored = JSON.parse(readFileSync(new URL("../reference/balance.json", import.meta.url), "utf8"));

export const tasks = ["first", "second", "third"] as const;

export const balanceSpec = (balance: string, drop = "", optimizer = `sgd(${stored.rate})`, more = "") => `
${tasks.map((task) => `task ${task} = scalar(-1 .. 1)`).join("\n")}

data numbers {
  format: csv("rows.csv", image: "image")
  root:   "nowhere"
  fields: {seen: features("seen.safetensors", dims: [6], layout: safetensors, missing: nearest)}
  labels: {${tasks.map((task) => `${task}: column("${task}")`).join(", ")}}
}

model small() (seen) {
  x = seen -> linear(5) -> tanh${drop}
  head t = x -> linear for t in [${tasks.join(", ")}]
}

stage measured = train small() on numbers {
  loss:      {${tasks.map((task) => `${task}: mse(${task})`).join(", ")}}
  balance:   ${balance}
  optimizer: ${optimizer}
  batch: ${stored.rows}, duration: 4 epochs, seed: ${stored.seed}${more}
}
`;

export function balancedStage(balance: string, drop = "", optimizer?: string, more = ""): StagePlan {
  const [stage] = planOf(balanceSpec(balance, drop, optimizer, more)).stages;
  if (stage === undefined) throw new Error("there is a stage");
  return stage;
}

/** The stored batch of a step, counted from 0. */
export function batchOf(step: number): Tensors {
  const { rows, seen, labels, steps } = stored;
  const at = step % steps;
  const floats = (shape: readonly number[], values: readonly number[]): Tensor => ({
    dtype: "float32",
    shape,
    data: Float32Array.from(values),
  });
  return new Map<string, Tensor>([
    ["seen", floats([rows, 6], seen[at] ?? [])],
    [
      "present",
      floats(
        [rows],
        Array.from({ length: rows }, () => 1),
      ),
    ],
    ["seed", { dtype: "int32", shape: [2], data: Int32Array.of(step + 1, 7) }],
    ...tasks.flatMap((task): [string, Tensor][] => [
      [`${task}.label`, floats([rows, 1], labels[task]?.[at] ?? [])],
      [
        `${task}.mask`,
        floats(
          [rows, 1],
          Array.from({ length: rows }, () => 1),
        ),
      ],
    ]),
  ]);
}

const calendar = { stepsPerEpoch: stored.perEpoch, totalSteps: stored.steps };

/** A balanced stage's trainer from the stored weights. */
export function opened(balance: string, drop = "", engine: Engine = onnxEngine): Promise<StageTrainer> {
  return trainerOf(balancedStage(balance, drop), engine);
}

/** A trainer of a stage of this model from the stored weights. */
export async function trainerOf(stage: StagePlan, engine: Engine): Promise<StageTrainer> {
  const size = passSize(stage);
  const graph = stage.graphs.training(size);
  const trainer = new StageTrainer(stage, {
    engine,
    keptOf: () => new Map(),
    facts: new Map(),
    calendar,
    size,
    graph,
  });
  await trainer.enter(0, () => beginning(stage));
  return trainer;
}

/** The stored weights, and an optimiser that has done nothing. */
function beginning({ parameters, optimiser }: StagePlan): TrainerState {
  const vector = (prefix: string, dataOf: (path: string, count: number) => Float32Array) =>
    new Map(
      parameters.map(({ path, shape }): [string, Tensor] => [
        `${prefix}${path}`,
        { dtype: "float32", shape, data: dataOf(path, stored.start[path]?.length ?? 0) },
      ]),
    );
  return {
    weights: vector("", (path) => Float32Array.from(stored.start[path] ?? [])),
    slots: new Map(
      optimisers[optimiser.name].slots.flatMap((slot) => [
        ...vector(`${slot}/`, (_, count) => new Float32Array(count)),
      ]),
    ),
    states: new Map(),
    ema: undefined,
  };
}
