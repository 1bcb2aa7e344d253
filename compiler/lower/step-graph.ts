import { GraphBuilder } from "../ir/builder.ts";
import type { Graph, GraphOutput, Value } from "../ir/graph.ts";
import { invariant } from "../ir/invariant.ts";
import { rewriteGraph } from "../ir/rewrite.ts";
import { optimisers } from "../library/optimisers/index.ts";
import { opRules } from "../ops/index.ts";
import * as v from "../ops/vocabulary.ts";
import { cleaning, runPasses } from "../passes/index.ts";
import type { StagePlan } from "./plan.ts";

/**
 * A stage's whole training step as one graph: forward, backward, clipping and the optimiser. Beside the inputs of the training graph it
 * has, for every trained parameter, `slot/<slot>/<path>` and with a moving average `ema/<path>`; for every group, the scalars
 * `group<i>/<scalar>` of the optimiser's rule. Outputs: `loss`, `loss/<term>`, `state/<path>`, and `next/<input>` for each parameter, slot
 * and average.
 */
export function stepGraph(plan: StagePlan): Graph {
  const { parameters, optimiser, maxGradientNorm, ema } = plan;
  const rule = optimisers[optimiser.name];
  const g = new GraphBuilder(opRules);
  const training = rewriteGraph(plan.graphs.training({ batch: plan.batch, time: plan.clip?.length }), g);
  const gradients = new Map(
    training.outputs.flatMap(({ name, value }) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [],
    ),
  );
  const scale = maxGradientNorm === undefined ? g.scalar(1) : clipping(g, [...gradients.values()], maxGradientNorm);
  const scalars = new Map<string, Value>();
  const scalar = (group: number, name: string): Value => {
    if (name === "gradient_scale") return scale;
    const key = `group${group}/${name}`;
    const value = scalars.get(key) ?? g.input("scalar", key, { dtype: "float32", shape: [] });
    scalars.set(key, value);
    return value;
  };
  const outputs: GraphOutput[] = training.outputs.filter(({ name }) => !name.startsWith(prefix)).slice();
  for (const { path, shape, group } of parameters) {
    const gradient = gradients.get(path);
    if (group === undefined || gradient === undefined) continue;
    const type = { dtype: "float32", shape } as const;
    const next = rule.update(g, {
      parameter: g.input("parameter", path, type),
      gradient,
      slots: rule.slots.map((slot) => g.input("slot", `slot/${slot}/${path}`, type)),
      scalars: rule.scalars.map(({ name }) => scalar(group, name)),
      settings: optimiser.settings,
    });
    outputs.push({ name: `next/${path}`, value: next.parameter });
    next.slots.forEach((value, i) => {
      outputs.push({ name: `next/slot/${rule.slots[i] ?? ""}/${path}`, value });
    });
    if (ema !== undefined) {
      const before = g.input("slot", `ema/${path}`, type);
      const moved = v.add(g, before, v.scale(g, v.subtract(g, next.parameter, before), 1 - ema));
      outputs.push({ name: `next/ema/${path}`, value: moved });
    }
  }
  return runPasses({ name: "step", outputs }, cleaning);
}

const prefix = "gradient/";

/** min(1, limit / (‖g‖ + 1e-6)) over all gradients, as PyTorch's clip_grad_norm_. */
function clipping(g: GraphBuilder, gradients: readonly Value[], limit: number): Value {
  const squares = gradients.map((gradient) => v.sumAll(g, v.square(g, gradient)));
  const total = v.total(g, squares);
  invariant(total !== undefined, "nothing is trained");
  const ratio = v.divide(g, g.scalar(limit), v.shift(g, v.squareRoot(g, total), 1e-6));
  return v.minimum(g, ratio, g.scalar(1));
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
