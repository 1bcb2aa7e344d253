import type { Arrangement } from "../../compiler/library/weight-names/index.ts";

/** Numbers of a file with their sizes. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Parts one after the other along the first axis. */
export function joined(parts: readonly Numbers[]): Numbers {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return {
    data,
    shape: [parts.reduce((sum, { shape: [size = 1] }) => sum + size, 0), ...(first?.shape.slice(1) ?? [])],
  };
}

/** In our layout; positions are as they are, until they are resized. */
export function arranged(numbers: Numbers, how: Arrangement | undefined): Float32Array {
  if (how === "patches" && numbers.shape.length === 4) return patches(numbers);
  return how === "transpose" ? transposed(numbers) : numbers.data;
}

/** A kernel [out, c, p, q] as a matrix [out, p × q × c]. */
function patches({ shape: [out = 1, channels = 1, rows = 1, columns = 1], data }: Numbers): Float32Array {
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

function transposed({ shape: [rows = 1, columns = 1], data }: Numbers): Float32Array {
  const result = new Float32Array(data.length);
  for (let i = 0; i < rows; i += 1)
    for (let j = 0; j < columns; j += 1) result[j * rows + i] = data[i * columns + j] ?? 0;
  return result;
}
