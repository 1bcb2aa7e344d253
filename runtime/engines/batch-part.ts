import type { Tensor } from "./engine.ts";

/** One of `count` equal parts of a tensor along its first axis, which they must divide. */
export function partOfBatch(tensor: Tensor, part: number, count: number): Tensor {
  const [rows = 1, ...rest] = tensor.shape;
  const size = tensor.data.length / count;
  return { ...tensor, shape: [rows / count, ...rest], data: tensor.data.slice(part * size, (part + 1) * size) };
}
