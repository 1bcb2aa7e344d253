import { type Graph, type InputRole, inputsOf } from "../ir/graph.ts";
import { type BalancerRule, balancers } from "../library/balancers.ts";
import { optimisers } from "../library/optimisers/index.ts";
import { updateGraph } from "../library/optimisers/update-graph.ts";
import { weightCount } from "../lower/describe-plan.ts";
import { passSize } from "../lower/pass-size.ts";
import type { StagePlan } from "../lower/plan.ts";
import { expandForOnnx } from "../passes/index.ts";
import { dividedBy, type Flops, flopsOf } from "./flops.ts";
import { bytesOf, type Peak, peakOf } from "./live.ts";

/** What one step of a stage's training costs, at its batch. */
export interface StepCost {
  /** Forward and backward. */
  readonly flops: Flops;
  /** What balancers look at beside it: losses once more, or every balanced term's gradients; 0 without any. */
  readonly balance: number;
  /** The optimiser's, over all trained weights; clipping is not counted. */
  readonly update: number;
  /** Frames of one step, clips times their length. */
  readonly frames: number;
  readonly memory: StepMemory;
}

/** Bytes. Their sum is what a step keeps at its peak, apart from the engine's own work space and its copies of packed weights. */
export interface StepMemory {
  /** Weights and running statistics, frozen ones too. */
  readonly weights: number;
  /** One for each trained weight, kept through the whole step; their sums over several passes, and of `sam` the weights to go back to. */
  readonly gradients: number;
  /** The optimiser's memory, such as AdamW's two moments. */
  readonly optimiser: number;
  /** The moving average of the weights. */
  readonly average: number;
  /** The batch as it is fed: fields, features, labels and masks. */
  readonly batch: number;
  /**
   * The most that forward and backward keep of everything else at one time, in the graph and the order that ONNX is written in (`live.ts`
   * says what is counted). A process with onnxruntime on a CPU took 23 to 32 % more than the whole for two vision transformers, and half a
   * GiB more where their blocks are computed again.
   */
  readonly activations: Peak;
  readonly total: number;
}

const fed: ReadonlySet<InputRole> = new Set(["field", "feature", "label", "mask", "present"]);

/** The cost of a step; undefined where nothing is trained. */
export function stepCost(plan: StagePlan): StepCost | undefined {
  const trained = weightCount(plan.parameters.filter(({ group }) => group !== undefined));
  if (trained === 0 || plan.terms.length === 0) return undefined;
  const size = passSize(plan);
  const graph = plan.graphs.training(size);
  const rule = optimisers[plan.optimiser.name];
  const update = updateGraph(rule, plan.optimiser.settings, plan.ema !== undefined);
  return {
    flops: dividedBy(flopsOf(graph, new Map()), 1 / passesOf(plan)),
    balance: looksOf(plan) === 0 ? 0 : looksOf(plan) * flopsOf(plan.graphs.balance(size), new Map()).total,
    update: flopsOf(update, new Map([["n", 1]])).total * trained,
    frames: plan.batch * (plan.clip?.length ?? 1),
    memory: memoryOf(plan, graph, trained, rule.slots.length),
  };
}

/** How often in a step forward and backward are run. */
function passesOf({ accumulate = 1, sharpness }: StagePlan): number {
  return sharpness === undefined ? accumulate : 2 * accumulate;
}

/** How often in a step the balance graph is run. */
function looksOf({ balance = [] }: StagePlan): number {
  const rules: readonly BalancerRule[] = balance.map(({ name }) => balancers[name]);
  const before = rules.some(({ looksAt }) => looksAt !== "nothing") ? 1 : 0;
  return before + (rules.some(({ looksBack }) => looksBack) ? 1 : 0);
}

function memoryOf(plan: StagePlan, graph: Graph, trained: number, slots: number): StepMemory {
  const float = 4;
  const parts = {
    weights: float * (weightCount(plan.parameters) + weightCount(plan.states)),
    gradients: float * trained * (1 + (plan.accumulate === undefined ? 0 : 1) + (plan.sharpness === undefined ? 0 : 1)),
    optimiser: float * trained * slots,
    average: plan.ema === undefined ? 0 : float * trained,
    batch: inputsOf(graph).reduce((sum, { source, type }) => sum + (fed.has(source.role) ? bytesOf(type) : 0), 0),
  };
  const activations = peakOf(expandForOnnx(graph), (output) => output.startsWith("gradient/"));
  const total = Object.values(parts).reduce((sum, bytes) => sum + bytes, activations.bytes);
  return { ...parts, activations, total };
}
