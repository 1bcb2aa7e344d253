import type { DType, Graph, TensorData } from "../../compiler/ir/graph.ts";
import type { ForwardPass, OptimiserPlan } from "../../compiler/lower/plan.ts";

/** Numbers of a graph's input or output; `data` has as many entries as `shape` says. */
export interface Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export type Tensors = ReadonlyMap<string, Tensor>;

/** What runs graphs. Every engine gives the same numbers within the tolerance of float32. */
export interface Engine {
  readonly name: string;
  /** Where onnxruntime runs networks of ONNX files beside it; absent: on the CPU. */
  readonly networkDevice?: "webgpu" | "cuda";
  /** A graph in which parameters, states and facts found in `constants` are constants; the others are fed. */
  evaluator(graph: Graph, constants: Tensors): Promise<Evaluator>;
  trainer(program: TrainingProgram): Promise<Trainer>;
}

export interface Evaluator {
  /** Inputs that all runs from now on are given beside their feeds, in place of those kept before: the weights of a pass. */
  keep(inputs: Tensors): Promise<void>;
  run(feeds: Tensors): Promise<Tensors>;
  release(): Promise<void>;
}

export interface TrainedParameter {
  readonly path: string;
  readonly shape: readonly number[];
  /** Index of its group. */
  readonly group: number;
  readonly start: Float32Array;
}

export interface TrainingProgram {
  /** Outputs `loss`, `loss/<term>`, `gradient/<path>` for trained parameters, `state/<path>` for running statistics. */
  readonly graph: Graph;
  readonly parameters: readonly TrainedParameter[];
  readonly states: Tensors;
  /** Frozen parameters, fixed statistics and facts. */
  readonly constants: Tensors;
  /** Where the graph comes from, for an engine that differentiates itself. */
  readonly source?: ProgramSource;
  readonly groups: number;
  readonly optimiser: OptimiserPlan;
  readonly maxGradientNorm: number | undefined;
  readonly ema: number | undefined;
  /** How many passes a step has, where they are more than one. */
  readonly passes?: number;
  /** Where a step takes its gradients: so far from the weights, up the loss (`sam`). */
  readonly sharpness?: number;
  /** What the model's products are computed in, where it is not float32. */
  readonly precision?: "bf16";
}

export interface ProgramSource {
  /** What a person calls the stage. */
  readonly label: string;
  /** Which of the program's constants are weights or statistics. */
  readonly frozen: ReadonlySet<string>;
  /** The same model and loss, without gradients. */
  readonly forward: ForwardPass;
  /** Each group's λ of the penalty λ Σ w², which the loss is without. */
  readonly penalties: readonly number[];
}

export interface GroupNumbers {
  readonly rate: number;
  readonly weightDecay: number;
  /** Steps that were done before the group's first, if it was frozen for a time. */
  readonly late?: number;
}

/** Of a step, from 1, its number among those in which a group is trained. */
export function ownStep(step: number, { late = 0 }: GroupNumbers): number {
  return step - late;
}

/** Whether a step's losses are all numbers: what follows from others must not be kept. */
export function allFinite(losses: ReadonlyMap<string, number>): boolean {
  return [...losses.values()].every(Number.isFinite);
}

/** Everything that a training remembers, by name: what a checkpoint holds. */
export interface TrainerState {
  readonly weights: Tensors;
  /** By `<slot>/<path>`. */
  readonly slots: Tensors;
  readonly states: Tensors;
  readonly ema: Tensors | undefined;
}

export interface Trainer {
  /**
   * One step: losses by output name, weights updated in place. `passes` are the parts of its batch, each of the graph's size: losses and
   * gradients are means over them, and statistics go from one to the next. `step` counts from 1. A loss that is not finite leaves
   * everything as it was.
   */
  step(passes: readonly Tensors[], step: number, groups: readonly GroupNumbers[]): Promise<ReadonlyMap<string, number>>;
  /** Weights and statistics as they are now, without a copy where the engine holds them here: they may change with the next step. */
  live(which: "last" | "ema"): Promise<Tensors>;
  /** A copy of everything. */
  read(): Promise<TrainerState>;
  write(state: TrainerState): Promise<void>;
  release(): Promise<void>;
}
