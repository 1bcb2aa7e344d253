import { followsScores } from "../lower/follows-scores.ts";
import { keepsLastAlone } from "../lower/keeps-last.ts";
import type { KeepPlan } from "../lower/plan.ts";
import type { LossBuild } from "./build-loss.ts";
import type { Session } from "./session.ts";
import { valueSpan } from "./stage-entry.ts";
import type { StageThing } from "./things.ts";
import type { Trained } from "./trained.ts";

/** A schedule that falls where scores do not rise has none to wait for in a stage that keeps its last weights. */
export function warnUnmetPlateaus(
  { reporter }: Session,
  stage: StageThing,
  keep: KeepPlan,
  { groups }: Trained,
  { scalars }: LossBuild,
): void {
  if (!keepsLastAlone(keep)) return;
  const followed = {
    optimizer: groups.some(({ rate }) => followsScores(rate)),
    loss: [...scalars.values()].some(followsScores),
  };
  for (const key of ["optimizer", "loss"] as const)
    if (followed[key])
      reporter.report(
        "changes-nothing",
        valueSpan(stage, key),
        { path: "plateau" },
        { help: "without a best score there is none to wait for: keep: best(score(..))" },
      );
}
