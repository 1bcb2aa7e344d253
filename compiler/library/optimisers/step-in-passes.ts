import { GraphBuilder } from "../../ir/builder.ts";
import type { Graph, Value } from "../../ir/graph.ts";
import { invariant } from "../../ir/invariant.ts";
import { rewriteGraph } from "../../ir/rewrite.ts";
import { opRules } from "../../ops/index.ts";
import * as v from "../../ops/vocabulary.ts";
import { gradientOf, type Updates, updated } from "./with-updates.ts";

/**
 * A step in several passes, in graphs that hand gradients on as sums: `pass` is the training graph, in which each output
 * `gradient/<path>` has become `next/sum/<path>`, the input `sum/<path>` with the gradient added; `update` is the optimiser behind the means
 * of such sums. Where the gradients are taken away from the weights (`sam`), `away` moves these up the loss, to `next/<path>`.
 */
export interface StepInPasses {
  readonly pass: Graph;
  readonly update: Graph;
  readonly away: Graph | undefined;
  /** The shapes of sums, by input. */
  readonly sums: ReadonlyMap<string, readonly number[]>;
}

export function stepInPasses(graph: Graph, updates: Updates, passes: number, sharpness?: number): StepInPasses {
  const trained = new Set(
    graph.outputs.flatMap(({ name }) => (name.startsWith(gradientOf) ? [name.slice(gradientOf.length)] : [])),
  );
  const summed = updates.parameters.filter(({ path }) => trained.has(path));
  const g = new GraphBuilder(opRules);
  return {
    pass: passGraph(graph),
    update: { name: "update", outputs: updated(g, means(g, summed, passes), updates) },
    away: sharpness === undefined ? undefined : awayGraph(summed, passes, sharpness),
    sums: new Map(summed.map(({ path, shape }) => [sumOf(path), shape])),
  };
}

function passGraph(graph: Graph): Graph {
  const g = new GraphBuilder(opRules);
  const outputs = rewriteGraph(graph, g).outputs.map(({ name, value }) => {
    if (!name.startsWith(gradientOf)) return { name, value };
    const sum = sumOf(name.slice(gradientOf.length));
    return { name: `next/${sum}`, value: v.add(g, g.input("slot", sum, value.type), value) };
  });
  return { name: "pass", outputs };
}

/** w + rho g / (‖g‖ + 1e-12), the norm over all parameters (arXiv 2010.01412, equation 2). */
function awayGraph(parameters: Updates["parameters"], passes: number, rho: number): Graph {
  const g = new GraphBuilder(opRules);
  const gradients = means(g, parameters, passes);
  const squares = v.total(
    g,
    [...gradients.values()].map((gradient) => v.sumAll(g, v.square(g, gradient))),
  );
  invariant(squares !== undefined, "nothing is trained");
  const scale = v.divide(g, g.scalar(rho), v.shift(g, v.squareRoot(g, squares), 1e-12));
  const outputs = [...gradients].map(([path, gradient]) => ({
    name: `next/${path}`,
    value: v.add(g, g.input("parameter", path, gradient.type), v.multiply(g, gradient, scale)),
  }));
  return { name: "away", outputs };
}

function means(g: GraphBuilder, parameters: Updates["parameters"], passes: number): ReadonlyMap<string, Value> {
  return new Map(
    parameters.map(({ path, shape }) => [
      path,
      v.scale(g, g.input("slot", sumOf(path), { dtype: "float32", shape }), 1 / passes),
    ]),
  );
}

function sumOf(path: string): string {
  return `sum/${path}`;
}
