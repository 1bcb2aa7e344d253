import type { KeepPlan } from "./plan.ts";

/** Whether a stage keeps no weights but its last ones: then nothing is judged that could grow better. */
export function keepsLastAlone(keep: KeepPlan): boolean {
  return (keep.kind === "each" ? [...keep.of.values()] : [keep]).every(({ kind }) => kind === "last");
}
