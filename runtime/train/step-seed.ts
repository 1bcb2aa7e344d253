import { hash } from "../data/loader/random.ts";
import type { Tensor } from "../engines/engine.ts";

/** Each number of a graph's seed is below it. */
export const seedLimit = 2 ** 20;

/** What a step's random draws begin from. */
export function stepSeed(seed: number, step: number): Tensor {
  return {
    dtype: "int32",
    shape: [2],
    data: Int32Array.of(hash(seed, step, 1) % seedLimit, hash(seed, step, 2) % seedLimit),
  };
}
