import type { KeepOne, StagePlan } from "../../compiler/lower/plan.ts";

/** Where a stage leaves its files; `kept` is of the only checkpoint. */
export const stageFiles = {
  last: "checkpoints/last.safetensors",
  kept: "checkpoints/kept.safetensors",
  log: "metrics.jsonl",
} as const;

/** The name of a stage that keeps one checkpoint. */
export const only = "";

/** The file of one of a stage's checkpoints. */
export function keptFile(checkpoint: string): string {
  return checkpoint === only ? stageFiles.kept : stageFiles.kept.replace("kept.", `kept-${checkpoint}.`);
}

/** What a stage keeps, by the checkpoint's name. */
export function keptBy({ keep }: StagePlan): ReadonlyMap<string, KeepOne> {
  return keep.kind === "each" ? keep.of : new Map([[only, keep]]);
}
