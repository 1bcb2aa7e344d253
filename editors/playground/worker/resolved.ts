import type { Made, Spec } from "../protocol.ts";
import { analysed, cannot, notPlanned } from "./workspace.ts";

/** A stage's settings with every default written out. */
export function resolved({ stage: label, ...spec }: Spec & { readonly stage: string }): Made<string> {
  const stage = analysed(spec).planned.stages.find((each) => each.label === label);
  if (stage === undefined) return cannot(notPlanned);
  return { kind: "made", value: stage.resolved };
}
