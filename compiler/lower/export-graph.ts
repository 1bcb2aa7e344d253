import type { CheckedStage } from "../check/check-stage.ts";
import { GraphBuilder } from "../ir/builder.ts";
import { type Dim, symbol } from "../ir/dim.ts";
import type { Graph, GraphOutput } from "../ir/graph.ts";
import { invariant } from "../ir/invariant.ts";
import { opRules } from "../ops/index.ts";
import { forInference } from "../passes/index.ts";
import { weightsName } from "./describe-plan.ts";
import { headOutputs, inlined } from "./graphs.ts";
import type { StagePlans } from "./stage-plan.ts";

export interface Exported {
  readonly stage: CheckedStage;
  readonly head: string;
  readonly checkpoint: string | undefined;
  readonly name: string;
}

/** One inference graph for all members, with one input for each field. */
export function exportGraph(members: readonly Exported[], plans: StagePlans): Graph {
  const g = new GraphBuilder(opRules);
  const everything = new Set<CheckedStage>();
  const collect = (stage: CheckedStage) => {
    everything.add(stage);
    for (const { producer } of stage.built.model.features.values()) collect(plans.checked(producer.key));
  };
  for (const { stage } of members) collect(stage);
  const time = [...everything].some(({ built }) => built.model.time !== undefined);
  const lead: readonly Dim[] = time ? [symbol("batch"), symbol("time")] : [symbol("batch")];
  const field = (name: string, sizes: readonly Dim[], once = false) =>
    g.input("field", name, { dtype: "float32", shape: [...(once ? [symbol("batch")] : lead), ...sizes] });
  const outputs = members.map(({ stage, head, checkpoint, name }): GraphOutput => {
    const output = headOutputs(stage).find((each) => each.name === head);
    invariant(output !== undefined, `no head ${head}`);
    const surroundings = {
      name: (each: CheckedStage, which: string | undefined) => weightsName(plans.planOf(each).hash, which),
      image: (each: string, height: number, width: number) => field(each, [3, height, width]),
      stored: field,
      time,
      stage: (key: string) => plans.checked(key),
    };
    const [value] = inlined(g, stage, [output.value], surroundings, checkpoint);
    invariant(value !== undefined, "a member has one output");
    return { name, value };
  });
  return forInference({ name: "inference", outputs });
}
