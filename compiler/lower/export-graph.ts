import type { CheckedStage } from "../check/check-stage.ts";
import { GraphBuilder } from "../ir/builder.ts";
import { type Dim, symbol } from "../ir/dim.ts";
import type { Graph, GraphOutput, Value } from "../ir/graph.ts";
import { invariant } from "../ir/invariant.ts";
import { opRules } from "../ops/index.ts";
import * as v from "../ops/vocabulary.ts";
import { forInference } from "../passes/index.ts";
import { timeOf, withProducers } from "./export-inputs.ts";
import { headOutputs, inlined } from "./graphs.ts";
import type { StagePlans } from "./stage-plan.ts";

/** An output of an exported file: heads after their activation, each times its weight, summed. */
export interface Exported {
  readonly name: string;
  readonly heads: readonly { readonly stage: CheckedStage; readonly head: string; readonly weight: number }[];
}

/** One inference graph for all outputs, with one input for each field, and each stage in it once. */
export function exportGraph(exported: readonly Exported[], plans: StagePlans): Graph {
  const g = new GraphBuilder(opRules);
  const stages = exported.flatMap(({ heads }) => heads.map(({ stage }) => stage));
  const time = timeOf(withProducers(stages, plans));
  const lead: readonly Dim[] = time === undefined ? [symbol("batch")] : [symbol("batch"), time];
  const field = (name: string, sizes: readonly Dim[], once = false) =>
    g.input("field", name, { dtype: "float32", shape: [...(once ? [symbol("batch")] : lead), ...sizes] });
  const made = new Map<CheckedStage, ReadonlyMap<string, Value>>();
  const headsOf = (stage: CheckedStage): ReadonlyMap<string, Value> => {
    const outputs = headOutputs(stage);
    const values = inlined(
      g,
      stage,
      outputs.map(({ value }) => value),
      {
        name: (each) => plans.planOf(each).hash,
        image: (name, height, width) => field(name, [3, height, width]),
        stored: field,
        time,
        stage: (key) => plans.checked(key),
      },
    );
    return new Map(outputs.map(({ name }, i) => [name, v.at(values, i)]));
  };
  const outputs = exported.map(({ name, heads }): GraphOutput => {
    const weighted = heads.map(({ stage, head, weight }) => {
      const known = made.get(stage) ?? headsOf(stage);
      made.set(stage, known);
      const value = known.get(head);
      invariant(value !== undefined, `no head ${head}`);
      return v.scale(g, value, weight);
    });
    const value = v.total(g, weighted);
    invariant(value !== undefined, "an output is made of a head at least");
    return { name, value };
  });
  return forInference({ name: "inference", outputs });
}
