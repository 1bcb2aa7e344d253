import type { DType, TensorData } from "../../../compiler/ir/graph.ts";
import type { Op } from "../../../compiler/ops/op.ts";
import type { Domain, Sample, SampleInput } from "../../../compiler/ops/sample.ts";
import { onGrid, seededRandom } from "../seeded-random.ts";
import type { Numbers } from "./run-graph.ts";

/** The numbers of each input of an op's sample, the same in every run. */
export function sampleValues(op: Op, sample: Sample): readonly (Numbers | undefined)[] {
  const random = seededRandom(`${op.name}/${op.samples.indexOf(sample)}`);
  const places = shuffled(random, countOf(sample.inputs.filter((input) => input?.domain === "distinct")));
  return sample.inputs.map((input) => {
    if (input === undefined) return undefined;
    const { dtype, shape, domain } = input;
    const draw = drawFrom(domain, random, places);
    const entries = Array.from({ length: countOf([input]) }, (_, i) => onGrid(draw(i)));
    return { dtype, shape, data: dataOf(dtype, entries) };
  });
}

/** Numbers in the array of an element type. */
export function dataOf(dtype: DType, entries: readonly number[]): TensorData {
  switch (dtype) {
    case "float32":
      return Float32Array.from(entries);
    case "int32":
      return Int32Array.from(entries);
    case "int64":
      return BigInt64Array.from(entries, BigInt);
    case "uint8":
    case "bool":
      return Uint8Array.from(entries);
  }
}

function drawFrom(domain: Domain, random: () => number, places: number[]): (i: number) => number {
  if (typeof domain === "object") return () => Math.floor(random() * domain.below);
  switch (domain) {
    case "any":
      return () => 3 * random() - 1.5;
    case "positive":
      return () => 0.5 + 1.5 * random();
    case "away from zero":
      return () => (random() < 0.5 ? -1 : 1) * (0.25 + 1.25 * random());
    case "distinct":
      // Distinct over all inputs of the sample, and further apart than any finite difference steps.
      return () => (places.pop() ?? 0) / 16;
    case "zero or one":
      return (i) => (i % 3 === 1 ? 0 : 1);
  }
}

/** The whole numbers around zero, in random order. */
function shuffled(random: () => number, count: number): number[] {
  const places = Array.from({ length: count }, (_, i) => i - Math.floor(count / 2));
  return places
    .map((place) => ({ place, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ place }) => place);
}

function countOf(inputs: readonly (SampleInput | undefined)[]): number {
  return inputs.reduce((sum, input) => sum + (input?.shape.reduce((product, size) => product * size, 1) ?? 0), 0);
}
