import { differentiate } from "../../../compiler/autodiff/differentiate.ts";
import { GraphBuilder } from "../../../compiler/ir/builder.ts";
import { type Graph, isInput, nodesReaching, type Value } from "../../../compiler/ir/graph.ts";
import { rewriteValues } from "../../../compiler/ir/rewrite.ts";
import { opRules } from "../../../compiler/ops/index.ts";
import type { Op } from "../../../compiler/ops/op.ts";
import type { Sample } from "../../../compiler/ops/sample.ts";
import { multiply, sumAll, total } from "../../../compiler/ops/vocabulary.ts";
import { expandForGradient } from "../../../compiler/passes/index.ts";
import { onGrid, seededRandom } from "../seeded-random.ts";
import type { Numbers } from "./run-graph.ts";
import { sampleValues } from "./sample-values.ts";

/** An op applied to graph inputs of a sample's types, with numbers for them. */
export interface SampleGraph {
  /** One output for each of the op's, named after it. */
  readonly graph: Graph;
  readonly feeds: ReadonlyMap<string, Numbers>;
  /** Names of the float inputs, which a gradient can be asked for. */
  readonly trained: readonly string[];
}

export function sampleGraph(op: Op, sample: Sample): SampleGraph {
  const g = new GraphBuilder(opRules);
  const numbers = sampleValues(op, sample);
  const feeds = new Map<string, Numbers>();
  const inputs = sample.inputs.map((input, i) => {
    const given = numbers[i];
    if (input === undefined || given === undefined) return undefined;
    const name = inputName(op, i);
    feeds.set(name, given);
    return g.input("field", name, { dtype: input.dtype, shape: input.shape });
  });
  const outputs = g.apply(op.name, inputs, sample.attributes);
  return {
    graph: { name: op.name, outputs: outputs.map((value, i) => ({ name: outputName(op, i), value })) },
    feeds,
    trained: [...feeds].filter(([, { dtype }]) => dtype === "float32").map(([name]) => name),
  };
}

/** A cotangent for each float output that carries one: numbers between -1 and 1 that depend on the names alone. */
export function cotangentsOf(graph: Graph, carries: (output: string) => boolean): ReadonlyMap<string, Numbers> {
  const cotangents = new Map<string, Numbers>();
  for (const { name, value } of graph.outputs) {
    if (value.type.dtype !== "float32" || !carries(name)) continue;
    const random = seededRandom(`cotangent/${graph.name}/${name}`);
    const shape = value.type.shape.map(Number);
    const count = shape.reduce((product, size) => product * size, 1);
    const data = Float32Array.from({ length: count }, () => onGrid(2 * random() - 1));
    cotangents.set(name, { dtype: "float32", shape, data });
  }
  return cotangents;
}

/**
 * The gradient of Σ output × cotangent with respect to some inputs, as outputs of their names. Cotangents are fed
 * as `cotangent/<output>`. An input that no gradient flows to has no output.
 */
export function gradientGraph(
  graph: Graph,
  cotangents: ReadonlyMap<string, Numbers>,
  withRespectTo: readonly string[],
): Graph {
  const expanded = expandForGradient(graph);
  const g = new GraphBuilder(opRules);
  const outputs = expanded.outputs.map((output) => output.value);
  const renewed = rewriteValues(outputs, g);
  const parts = expanded.outputs.flatMap(({ name, value }) => {
    const cotangent = cotangents.get(name);
    const output = renewed.get(value);
    if (cotangent === undefined || output === undefined) return [];
    return [sumAll(g, multiply(g, output, g.input("label", `cotangent/${name}`, cotangent)))];
  });
  const loss = total(g, parts);
  if (loss === undefined) return { name: `${graph.name}_gradient`, outputs: [] };
  const wanted = inputsNamed(loss, withRespectTo);
  const gradients = differentiate(g, loss, wanted);
  return {
    name: `${graph.name}_gradient`,
    outputs: wanted.flatMap((input) => {
      const value = gradients.get(input);
      return value === undefined || !isInput(input) ? [] : [{ name: `gradient/${input.source.name}`, value }];
    }),
  };
}

/** Cotangents under the names that a gradient graph reads them by. */
export function feedsOfCotangents(cotangents: ReadonlyMap<string, Numbers>): readonly (readonly [string, Numbers])[] {
  return [...cotangents].map(([name, numbers]) => [`cotangent/${name}`, numbers]);
}

function inputsNamed(loss: Value, names: readonly string[]): readonly Value[] {
  const inputs = new Map<string, Value>();
  for (const node of nodesReaching([loss])) {
    for (const input of node.inputs) if (input !== undefined && isInput(input)) inputs.set(input.source.name, input);
  }
  return names.flatMap((name) => inputs.get(name) ?? []);
}

function inputName(op: Op, i: number): string {
  return op.variadic ? `${op.inputs[0]}${i}` : (op.inputs[i] ?? `input${i}`);
}

function outputName(op: Op, i: number): string {
  // A prefix keeps outputs apart from inputs of the same name.
  return `out/${op.outputs[i] ?? `${op.outputs[0]}${i}`}`;
}
