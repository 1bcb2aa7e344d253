import type { Graph } from "../ir/graph.ts";
import { optimisers } from "../library/optimisers/index.ts";
import { withUpdates } from "../library/optimisers/with-updates.ts";
import { cleaning, runPasses } from "../passes/index.ts";
import { refuseGraph } from "./not-written.ts";
import { passSize } from "./pass-size.ts";
import type { StagePlan } from "./plan.ts";

/**
 * A stage's whole training step as one graph: forward, backward, clipping and the optimiser, with the inputs and outputs that
 * `withUpdates` says.
 */
export function stepGraph(plan: StagePlan): Graph {
  if (plan.clip?.whole === true)
    refuseGraph(`the step of ${plan.label}: on whole videos its size is that of the data's longest`);
  return runPasses(withUpdates(plan.graphs.training(passSize(plan)), plan), cleaning);
}

/** What a caller of the step graph computes for each group before a step: input name to formula over step (from 1) and rate. */
export function stepScalars(plan: StagePlan): Readonly<Record<string, string>> {
  const rule = optimisers[plan.optimiser.name];
  return Object.fromEntries(
    plan.groups.flatMap(({ weightDecay }, group) =>
      rule.scalars.flatMap(({ name, formula }) =>
        name === "gradient_scale" ? [] : [[`group${group}/${name}`, `${formula}, weight_decay = ${weightDecay}`]],
      ),
    ),
  );
}
