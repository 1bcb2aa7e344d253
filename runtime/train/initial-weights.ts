import type { ParameterPlan, StatePlan, WeightSource } from "../../compiler/lower/plan.ts";
import { filled } from "../checkpoints/filled.ts";
import { mergedWeight } from "../checkpoints/merged-weight.ts";
import { readSafetensors, WeightFileError } from "../checkpoints/safetensors.ts";
import { hash, hashText } from "../data/loader/random.ts";
import type { Tensor, Tensors } from "../engines/engine.ts";

/** Kept weights of a finished stage, by its hash, of one of its checkpoints. */
export type KeptOf = (stage: string, checkpoint?: string) => Tensors;

/** First values of weights and statistics: drawn, from a finished stage's kept weights, or from a file. */
export function initialWeights(
  plans: readonly (ParameterPlan | StatePlan)[],
  seed: number,
  keptOf: KeptOf,
): Map<string, Tensor> {
  const files = filesOf(plans);
  return new Map(
    plans.map(({ path, shape, from }) => [
      path,
      { dtype: "float32", shape, data: valuesOf(path, shape, from, seed, keptOf, files) },
    ]),
  );
}

function filesOf(plans: readonly (ParameterPlan | StatePlan)[]): ReadonlyMap<string, Tensors> {
  const wanted = new Map<string, Set<string>>();
  for (const { from } of plans) {
    if (from.kind === "file") wanted.set(from.file, (wanted.get(from.file) ?? new Set()).add(from.tensor));
  }
  return new Map([...wanted].map(([file, names]) => [file, readSafetensors(file, names).tensors]));
}

function valuesOf(
  path: string,
  shape: readonly number[],
  from: WeightSource,
  seed: number,
  keptOf: KeptOf,
  files: ReadonlyMap<string, Tensors>,
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
      const tensor = files.get(from.file)?.get(from.tensor);
      if (!(tensor?.data instanceof Float32Array))
        throw new WeightFileError(from.file, `it has no tensor ${from.tensor}, from which ${path} starts`);
      if (tensor.data.length !== count) {
        throw new WeightFileError(
          from.file,
          `${from.tensor} is [${tensor.shape.join(", ")}], ${path} is [${shape.join(", ")}]`,
        );
      }
      return from.arrange === "patches" ? patches(tensor, tensor.data) : tensor.data.slice();
    }
  }
}

function keptWeight(kept: Tensors, path: string): Float32Array {
  const data = kept.get(path)?.data;
  if (!(data instanceof Float32Array)) throw new Error(`the finished stage has no weight ${path}`);
  return data;
}

/** A kernel [out, c, p, q] as a matrix [out, p × q × c]. */
function patches({ shape: [out = 1, channels = 1, rows = 1, columns = 1] }: Tensor, data: Float32Array): Float32Array {
  const area = rows * columns;
  const result = new Float32Array(data.length);
  for (let o = 0; o < out; o += 1) {
    for (let c = 0; c < channels; c += 1) {
      for (let i = 0; i < area; i += 1)
        result[(o * area + i) * channels + c] = data[(o * channels + c) * area + i] ?? 0;
    }
  }
  return result;
}
