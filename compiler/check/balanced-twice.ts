import type { FactPlan, SamplerPlan } from "../lower/plan.ts";
import type { LossBuild } from "./build-loss.ts";
import type { Session } from "./session.ts";
import { valueSpan } from "./stage-entry.ts";
import type { StageThing } from "./things.ts";

/** Weights that make up for rare classes as drawing them more often does. */
const weights: ReadonlySet<FactPlan["kind"]> = new Set(["balanced", "inverse_frequency_min", "inverse_frequency_mean"]);

/** Rows that `sample` draws have each class as often; weights are counted over the rows as they are, and favour the rare once more. */
export function warnBalancedTwice(
  { reporter }: Session,
  stage: StageThing,
  sample: SamplerPlan | undefined,
  { facts }: LossBuild,
): void {
  if (sample === undefined) return;
  const { task } = sample;
  if ([...facts.values()].some((fact) => fact.task === task && weights.has(fact.kind)))
    reporter.report(
      "balanced-twice",
      valueSpan(stage, "sample"),
      { task },
      { help: `leave out \`sample\`, or \`weight\` in the loss of \`${task}\`` },
    );
}
