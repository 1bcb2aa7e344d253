import { type TensorPiece, writeSafetensorsPieces } from "../checkpoints/safetensors.ts";
import type { WeightFile } from "./weight-file.ts";

/** What was written. */
export interface Converted {
  readonly tensors: number;
  readonly numbers: number;
}

/** Bytes of a float32. */
const width = 4;

/**
 * Writes the tensors of a file as float32 in a safetensors file, read one by one; `under`: only those of a dictionary, or behind a front, by
 * their names in it.
 */
export function convertWeights(file: WeightFile, to: string, under: string | undefined): Converted {
  const front = under === undefined ? "" : `${under}.`;
  const pieces = new Map<string, TensorPiece>();
  let numbers = 0;
  for (const [name, { shape }] of file.tensors) {
    if (!name.startsWith(front)) continue;
    const count = shape.reduce((product, size) => product * size, 1);
    numbers += count;
    const bytes = () => {
      const data = file.read(name);
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    };
    pieces.set(name.slice(front.length), { dtype: "F32", shape, byteLength: count * width, bytes });
  }
  if (pieces.size > 0) writeSafetensorsPieces(to, pieces, {});
  return { tensors: pieces.size, numbers };
}
