import type { StagePlan } from "./plan.ts";

/** The size of what a training computes at once: a batch, or each of the passes that one is computed in. */
export function passSize({ batch, accumulate = 1, clip }: Pick<StagePlan, "batch" | "accumulate" | "clip">): {
  readonly batch: number;
  readonly time: number | undefined;
} {
  return { batch: batch / accumulate, time: clip?.length };
}
