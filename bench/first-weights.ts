import type { StagePlan } from "../compiler/lower/plan.ts";
import type { Tensor } from "../runtime/engines/engine.ts";
import { initialWeights } from "../runtime/train/initial-weights.ts";

/** A stage's weights before its first step; what another stage would hand on is drawn. */
export function firstWeights(stage: StagePlan): ReadonlyMap<string, Tensor> {
  return initialWeights(
    [...stage.parameters, ...stage.states].map((each) =>
      each.from.kind === "stage" ? { ...each, from: { kind: "normal", deviation: 0.02 } } : each,
    ),
    1,
    () => new Map(),
  );
}
