import type { Attributes } from "../../../compiler/ir/graph.ts";
import { allOps } from "../../../compiler/ops/index.ts";
import type { Op } from "../../../compiler/ops/op.ts";
import type { Sample } from "../../../compiler/ops/sample.ts";
import { carriesGradient } from "./carries-gradient.ts";
import { recurrentStacks } from "./recurrent-stacks.ts";
import type { Numbers } from "./run-graph.ts";
import { cotangentsOf, type SampleGraph, sampleGraph } from "./sample-graph.ts";

/** What PyTorch is asked: values and gradients of one formula at given numbers. */
export interface ReferenceCase extends SampleGraph {
  /** The op, or what is built of several. */
  readonly formula: string;
  /** Which numbers: the op's samples, or whole numbers that meet where the formula has a kink. */
  readonly numbers: "sample" | "kink" | "stack";
  readonly sample: number;
  readonly attributes: Attributes;
  readonly cotangents: ReadonlyMap<string, Numbers>;
}

/** Every op at every sample, the ops that have kinks at these, then stacks of recurrent layers. */
export function referenceCases(): readonly ReferenceCase[] {
  const samples = allOps.flatMap((op) => op.samples.map((sample, i) => opCase(op, sample, "sample", i)));
  const kinks = allOps
    .filter((op) => kinked.has(op.name))
    .flatMap((op) => op.samples.map((sample, i) => opCase(op, inWholeNumbers(sample), "kink", i)));
  const stacks = recurrentStacks().map(
    (stack): ReferenceCase => ({
      ...stack,
      numbers: "stack",
      sample: 0,
      cotangents: cotangentsOf(stack.graph, () => true),
    }),
  );
  return [...samples, ...kinks, ...stacks];
}

/** A case as the JSON that test/reference/make.py reads and keeps beside its answers. */
export function questionOf({ formula, numbers, sample, attributes, feeds, cotangents }: ReferenceCase): unknown {
  return { formula, numbers, sample, attributes, inputs: plain(feeds), cotangents: plain(cotangents) };
}

/** Ops that have a slope at zero or at ties by convention; ours is PyTorch's. */
const kinked: ReadonlySet<string> = new Set([
  "absolute",
  "leaky_relu",
  "max_pool",
  "maximum",
  "minimum",
  "reduce_max",
  "reduce_min",
  "relu",
]);

function inWholeNumbers(sample: Sample): Sample {
  return { ...sample, inputs: sample.inputs.map((input) => input && { ...input, domain: { below: 2 } }) };
}

function opCase(op: Op, sample: Sample, numbers: "sample" | "kink", i: number): ReferenceCase {
  const built = sampleGraph(op, sample);
  const cotangents = cotangentsOf(built.graph, (output) => carriesGradient(op.name, output));
  return { ...built, formula: op.name, numbers, sample: i, attributes: sample.attributes, cotangents };
}

function plain(numbers: ReadonlyMap<string, Numbers>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...numbers].map(([name, { dtype, shape, data }]) => [name, { dtype, shape, data: Array.from(data, Number) }]),
  );
}
