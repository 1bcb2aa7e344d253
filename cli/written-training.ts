import { followsScores } from "../compiler/lower/follows-scores.ts";
import type { StagePlan } from "../compiler/lower/plan.ts";
import { UsageError } from "./usage-error.ts";

/** What happens around the graph of a step, which a written training does not have: word of the stage, and where it is so. */
function aroundSteps(plan: StagePlan): readonly string[] {
  return [
    ...(plan.balance === undefined ? [] : ["`balance`"]),
    ...(plan.accumulate === undefined ? [] : ["`accumulate`"]),
    ...(plan.sharpness === undefined ? [] : ["`sam`"]),
    ...([...plan.groups.map(({ rate }) => rate), ...plan.scalars.values()].some(followsScores) ? ["`plateau`"] : []),
    ...(plan.views === undefined ? [] : ["`views`"]),
    ...(plan.blend === undefined ? [] : ["`blend`"]),
    ...(plan.data.judged === undefined ? [] : ["`validate`"]),
    ...(plan.evaluate.tta === undefined ? [] : ["`tta`"]),
    ...(plan.hide === undefined ? [] : ["`hide`"]),
    ...(plan.mix === undefined ? [] : ["`mix`"]),
  ];
}

/** What a caller of a written step does, not the step. */
export const ofCallers = ["`plateau`", "`blend`", "`validate`", "`tta`", "`hide`", "`mix`"] as const;

/** Refuses a stage whose step is more than one graph, as a written training cannot carry it out. */
export function refuseAroundSteps(stages: readonly StagePlan[], target: string, carried: readonly string[] = []): void {
  for (const stage of stages) {
    const [word] = aroundSteps(stage).filter((each) => !carried.includes(each));
    if (word !== undefined)
      throw new UsageError(
        `${stage.label} is trained with ${word}, which ${target} cannot write; \`abaw train\` trains it`,
      );
  }
}
