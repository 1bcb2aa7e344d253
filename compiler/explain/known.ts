import type { Session } from "../check/session.ts";
import type { Trace } from "../check/trace.ts";
import type { PlannedStage } from "../lower/make-plan.ts";
import type { Plan } from "../lower/plan.ts";

/** What is known of a spec after it was checked: of this, what people ask is answered. */
export interface Known {
  readonly session: Session;
  readonly planned: Plan;
  readonly stages: readonly PlannedStage[];
  readonly trace: Trace;
  readonly find: (hash: string) => PlannedStage | undefined;
  /** What a person calls a stage. */
  readonly nameOf: (hash: string) => string;
}

/** An analysis, with the trace that observed it. */
export function knownOf(
  { session, planned, stages }: Pick<Known, "session" | "planned" | "stages">,
  trace: Trace,
): Known {
  // A hash costs time, and what stages need comes before them: no more are made than it takes to find one.
  const byHash = new Map<string, PlannedStage>();
  let made = 0;
  const find = (hash: string): PlannedStage | undefined => {
    for (; made < stages.length && !byHash.has(hash); made += 1) {
      const stage = stages[made];
      // Of stages that are one training, the first in the plan.
      if (stage !== undefined && !byHash.has(stage.plan.hash)) byHash.set(stage.plan.hash, stage);
    }
    return byHash.get(hash);
  };
  return { session, planned, stages, trace, find, nameOf: (hash) => find(hash)?.plan.label ?? hash };
}
