import type { Asked } from "../check/asked.ts";
import type { NetworkFlops } from "../cost/forward.ts";
import type { Known } from "./known.ts";
import { explainStage, type StageExplanation } from "./stage-explanation.ts";
import { explainThing, type ThingExplanation } from "./thing-explanation.ts";

export type Explanation = StageExplanation | ThingExplanation;

/** What was asked about, explained; `depth` says down to which modules tensors are named. Undefined where the stage could not be checked. */
export function explain(
  asked: Asked,
  known: Known,
  depth: number,
  networkFlops?: NetworkFlops,
): Explanation | undefined {
  const { thing, path } = asked;
  if (thing.kind !== "stage") return explainThing(asked, known);
  const planned = known.stages.find(({ checked }) => checked.stage.key === thing.key);
  if (planned === undefined) return undefined;
  return explainStage(planned, { trace: known.trace, find: known.find, networkFlops, depth, below: path });
}
