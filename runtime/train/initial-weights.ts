import type { ParameterPlan, StatePlan, WeightSource } from "../../compiler/lower/plan.ts";
import { filled } from "../checkpoints/filled.ts";
import { mergedWeight } from "../checkpoints/merged-weight.ts";
import { hash, hashText } from "../data/loader/random.ts";
import type { Tensor, Tensors } from "../engines/engine.ts";
import { fileWeights } from "../weights/file-weights.ts";

/** Kept weights of a finished stage, by its hash, of one of its checkpoints. */
export type KeptOf = (stage: string, checkpoint?: string) => Tensors;

/** First values of weights and statistics: drawn, from a finished stage's kept weights, or from a file. */
export function initialWeights(
  plans: readonly (ParameterPlan | StatePlan)[],
  seed: number,
  keptOf: KeptOf,
): Map<string, Tensor> {
  const files = fileWeights(plans);
  return new Map(
    plans.map(({ path, shape, from }) => [
      path,
      { dtype: "float32", shape, data: valuesOf(path, shape, from, seed, keptOf, files) },
    ]),
  );
}

function valuesOf(
  path: string,
  shape: readonly number[],
  from: WeightSource,
  seed: number,
  keptOf: KeptOf,
  files: ReadonlyMap<string, Float32Array>,
): Float32Array {
  const count = shape.reduce((product, dim) => product * dim, 1);
  switch (from.kind) {
    case "constant":
      return new Float32Array(count).fill(from.value);
    case "uniform": {
      const key = hashText(path, seed);
      return filled(count, (i) => (2 * (hash(key, i) / 2 ** 32) - 1) * from.bound);
    }
    case "normal": {
      // Box and Muller: √(−2 ln u) cos 2πv is normal.
      const key = hashText(path, seed);
      return filled(count, (i) => {
        const u = (hash(key, i, 1) + 1) / (2 ** 32 + 1);
        return from.deviation * Math.sqrt(-2 * Math.log(u)) * Math.cos((2 * Math.PI * hash(key, i, 2)) / 2 ** 32);
      });
    }
    case "stage": {
      const kept = keptOf(from.stage, from.checkpoint);
      const weight = keptWeight(kept, from.path);
      if (from.merge === undefined) return weight.slice();
      const { down, up, scale } = from.merge;
      return mergedWeight(weight, keptWeight(kept, down), keptWeight(kept, up), scale);
    }
    case "file": {
      const values = files.get(path);
      if (values === undefined) throw new Error(`${path} was not read of ${from.file}`);
      return values;
    }
  }
}

function keptWeight(kept: Tensors, path: string): Float32Array {
  const data = kept.get(path)?.data;
  if (!(data instanceof Float32Array)) throw new Error(`the finished stage has no weight ${path}`);
  return data;
}
