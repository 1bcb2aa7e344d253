import type { CheckedStage } from "../check/check-stage.ts";
import { GraphBuilder } from "../ir/builder.ts";
import { type Dim, symbol } from "../ir/dim.ts";
import type { Graph, GraphOutput } from "../ir/graph.ts";
import { invariant } from "../ir/invariant.ts";
import { opRules } from "../ops/index.ts";
import * as v from "../ops/vocabulary.ts";
import { forInference } from "../passes/index.ts";
import { weightsName } from "./describe-plan.ts";
import { headOutputs, inlined } from "./graphs.ts";
import type { StagePlans } from "./stage-plan.ts";

/** An output: heads after their activation, weighted and summed. */
export interface Exported {
  readonly name: string;
  readonly parts: readonly {
    readonly weight: number;
    readonly stage: CheckedStage;
    readonly head: string;
    readonly checkpoint: string | undefined;
  }[];
}

/** One inference graph for all members, with one input for each field. */
export function exportGraph(members: readonly Exported[], plans: StagePlans): Graph {
  const g = new GraphBuilder(opRules);
  const everything = new Set<CheckedStage>();
  const collect = (stage: CheckedStage) => {
    everything.add(stage);
    for (const { producer } of stage.built.model.features.values()) collect(plans.checked(producer.key));
  };
  for (const { parts } of members) for (const { stage } of parts) collect(stage);
  const time = [...everything].some(({ built }) => built.model.time !== undefined);
  const lead: readonly Dim[] = time ? [symbol("batch"), symbol("time")] : [symbol("batch")];
  const field = (name: string, sizes: readonly Dim[], once = false) =>
    g.input("field", name, { dtype: "float32", shape: [...(once ? [symbol("batch")] : lead), ...sizes] });
  const surroundings = {
    name: (each: CheckedStage, which: string | undefined) => weightsName(plans.planOf(each).hash, which),
    image: (each: string, height: number, width: number) => field(each, [3, height, width]),
    stored: field,
    time,
    stage: (key: string) => plans.checked(key),
  };
  const outputs = members.map(({ name, parts }): GraphOutput => {
    const values = parts.map(({ weight, stage, head, checkpoint }) => {
      const output = headOutputs(stage).find((each) => each.name === head);
      invariant(output !== undefined, `no head ${head}`);
      const [made] = inlined(g, stage, [output.value], surroundings, checkpoint);
      invariant(made !== undefined, "a head is one value");
      return weight === 1 ? made : v.scale(g, made, weight);
    });
    const value = v.total(g, values);
    invariant(value !== undefined, "an output has a part");
    return { name, value };
  });
  return forInference({ name: "inference", outputs });
}
