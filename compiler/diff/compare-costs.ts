import { type StageCosts, stageCosts } from "../explain/stage-explanation.ts";
import { weightCount } from "../lower/describe-plan.ts";
import type { Side } from "./side.ts";

/** What a stage has and costs. */
export interface Cost {
  readonly weights: number;
  readonly trained: number;
  /** Floating-point operations of a frame's evaluation, a multiply-add being two. */
  readonly forward: number;
  /** The same of the features of other stages that it reads. */
  readonly features: number;
  /** Of one training step; null where nothing is trained. */
  readonly step: { readonly frames: number; readonly flops: number; readonly memory: number } | null;
}

export interface CostChange {
  readonly before: Cost;
  readonly after: Cost;
}

export function compareCosts(a: Side, b: Side): CostChange {
  return { before: costOf(a), after: costOf(b) };
}

function costOf({ stage, known }: Side): Cost {
  const { parameters } = stage.plan;
  const { forward, features, step } = stageCosts(stage, known.find);
  return {
    weights: weightCount(parameters),
    trained: weightCount(parameters.filter(({ group }) => group !== undefined)),
    forward,
    features,
    step: stepOf(step),
  };
}

function stepOf(step: StageCosts["step"]): Cost["step"] {
  if (step === null) return null;
  const { frames, flops, update, balance, memory } = step;
  return { frames, flops: flops + update + balance, memory: memory.total };
}
