import { GraphBuilder } from "../../ir/builder.ts";
import type { Graph, GraphOutput, Value } from "../../ir/graph.ts";
import { invariant } from "../../ir/invariant.ts";
import { rewriteGraph } from "../../ir/rewrite.ts";
import { opRules } from "../../ops/index.ts";
import * as v from "../../ops/vocabulary.ts";
import { optimisers, type Settings } from "./index.ts";

/** How the trained parameters are updated. */
export interface Updates {
  /** Those without a group are not trained. */
  readonly parameters: readonly {
    readonly path: string;
    readonly shape: readonly number[];
    readonly group: number | undefined;
  }[];
  readonly optimiser: { readonly name: keyof typeof optimisers; readonly settings: Settings };
  readonly maxGradientNorm: number | undefined;
  readonly ema: number | undefined;
}

/** What the outputs of a training graph that are gradients begin with. */
export const gradientOf = "gradient/";

/**
 * A training graph, whose outputs `gradient/<path>` are used up, with clipping and the optimiser behind it. Beside the inputs of the
 * training graph it has, for every trained parameter, `slot/<slot>/<path>` and with a moving average `ema/<path>`; for every group,
 * the scalars `group<i>/<scalar>` of the optimiser's rule. Outputs: those of the training graph, and `next/<input>` for each
 * parameter, slot and average.
 */
export function withUpdates(graph: Graph, updates: Updates): Graph {
  const g = new GraphBuilder(opRules);
  const training = rewriteGraph(graph, g);
  const gradients = new Map(
    training.outputs.flatMap(({ name, value }) =>
      name.startsWith(gradientOf) ? [[name.slice(gradientOf.length), value] as const] : [],
    ),
  );
  const others = training.outputs.filter(({ name }) => !name.startsWith(gradientOf));
  return { name: "step", outputs: [...others, ...updated(g, gradients, updates)] };
}

/** The outputs `next/<input>` that come of gradients by path. */
export function updated(
  g: GraphBuilder,
  gradients: ReadonlyMap<string, Value>,
  { parameters, optimiser, maxGradientNorm, ema }: Updates,
): readonly GraphOutput[] {
  const rule = optimisers[optimiser.name];
  const scale = maxGradientNorm === undefined ? g.scalar(1) : clipping(g, [...gradients.values()], maxGradientNorm);
  const scalars = new Map<string, Value>();
  const scalar = (group: number, name: string): Value => {
    if (name === "gradient_scale") return scale;
    const key = `group${group}/${name}`;
    const value = scalars.get(key) ?? g.input("scalar", key, { dtype: "float32", shape: [] });
    scalars.set(key, value);
    return value;
  };
  const outputs: GraphOutput[] = [];
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
  return outputs;
}

/** min(1, limit / (‖g‖ + 1e-6)) over all gradients, as PyTorch's clip_grad_norm_. */
function clipping(g: GraphBuilder, gradients: readonly Value[], limit: number): Value {
  const squares = gradients.map((gradient) => v.sumAll(g, v.square(g, gradient)));
  const total = v.total(g, squares);
  invariant(total !== undefined, "nothing is trained");
  const ratio = v.divide(g, g.scalar(limit), v.shift(g, v.squareRoot(g, total), 1e-6));
  return v.minimum(g, ratio, g.scalar(1));
}
