import type { CheckedStage } from "../check/check-stage.ts";
import { GraphBuilder } from "../ir/builder.ts";
import { type Dim, symbol } from "../ir/dim.ts";
import type { GraphOutput, Value } from "../ir/graph.ts";
import { invariant } from "../ir/invariant.ts";
import { opRules } from "../ops/index.ts";
import * as v from "../ops/vocabulary.ts";
import { forInference } from "../passes/index.ts";
import { weightsName } from "./describe-plan.ts";
import { timeOf, withProducers } from "./export-inputs.ts";
import { ExportedNetworks } from "./exported-networks.ts";
import { headOutputs, inlined, tensorNamed } from "./graphs.ts";
import type { ExportedGraph } from "./plan-outputs.ts";
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

/** A tensor beside the heads. */
export interface Included {
  readonly name: string;
  readonly stage: CheckedStage;
  readonly tensor: string;
  readonly checkpoint: string | undefined;
}

/** One inference graph for all outputs, with one input for each field, and each stage in it once. */
export function exportGraph(
  members: readonly Exported[],
  included: readonly Included[],
  plans: StagePlans,
): ExportedGraph {
  const g = new GraphBuilder(opRules);
  const stages = [...members.flatMap(({ parts }) => parts), ...included].map(({ stage }) => stage);
  const time = timeOf(withProducers(stages, plans));
  const lead: readonly Dim[] = time === undefined ? [symbol("batch")] : [symbol("batch"), time];
  const field = (name: string, sizes: readonly Dim[], once = false) =>
    g.input("field", name, { dtype: "float32", shape: [...(once ? [symbol("batch")] : lead), ...sizes] });
  const networks = new ExportedNetworks(g);
  const surroundings = {
    networks,
    name: (each: CheckedStage, which: string | undefined) => weightsName(plans.planOf(each).hash, which),
    image: (each: string, height: number, width: number) => field(each, [3, height, width]),
    stored: field,
    time,
    stage: (key: string) => plans.checked(key),
  };
  const made = new Map<string, ReadonlyMap<string, Value>>();
  const valuesOf = (stage: CheckedStage, checkpoint: string | undefined): ReadonlyMap<string, Value> => {
    const key = weightsName(stage.stage.key, checkpoint);
    const known = made.get(key);
    if (known !== undefined) return known;
    const own = included.filter((each) => each.stage === stage && each.checkpoint === checkpoint);
    const outputs = [
      ...headOutputs(stage),
      ...own.map(({ name, tensor }) => ({ name, value: tensorNamed(stage, tensor) })),
    ];
    const values = inlined(
      g,
      stage,
      outputs.map(({ value }) => value),
      surroundings,
      checkpoint,
    );
    const found = new Map(outputs.map(({ name }, i) => [name, v.at(values, i)]));
    made.set(key, found);
    return found;
  };
  const outputs = members.map(({ name, parts }): GraphOutput => {
    const weighted = parts.map(({ weight, stage, head, checkpoint }) => {
      const value = valuesOf(stage, checkpoint).get(head);
      invariant(value !== undefined, `no head ${head}`);
      return v.scale(g, value, weight);
    });
    const value = v.total(g, weighted);
    invariant(value !== undefined, "an output has a part");
    return { name, value };
  });
  const beside = included.map(({ name, stage, checkpoint }): GraphOutput => {
    const value = valuesOf(stage, checkpoint).get(name);
    invariant(value !== undefined, `no tensor ${name}`);
    return { name, value };
  });
  const graph = forInference({ name: "inference", outputs: [...outputs, ...beside, ...networks.pictures] });
  return { ...graph, networks: networks.all };
}
