import { resolvedStage } from "../../../compiler/explain/resolved-stage.ts";
import { declaredName, stageText } from "../../../compiler/explain/stage-text.ts";
import type { Made, Spec } from "../protocol.ts";
import { analysed, cannot, makeOf, notPlanned } from "./workspace.ts";

/** A stage's block with every default written out, in the language itself. */
export function resolved({ stage: label, ...spec }: Spec & { readonly stage: string }): Made<string> {
  const analysis = analysed(spec);
  const stage = analysis.stages.find(({ plan }) => plan.label === label);
  if (stage === undefined) return cannot(notPlanned);
  return makeOf(analysis, () => stageText(resolvedStage(stage.checked), declaredName(label)));
}
