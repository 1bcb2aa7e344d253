import { floatsOfBytes, type NumberType } from "../checkpoints/number-types.ts";
import { readHeader, safetensorsTypes, WeightFileError } from "../checkpoints/safetensors.ts";
import type { OpenFile } from "./open-file.ts";
import type { WeightFile, WeightTensor } from "./weight-file.ts";

/** A safetensors file: its header says where each tensor is. */
export function safetensorsWeights(path: string, file: OpenFile): WeightFile {
  const { tensors: entries, metadata, dataStart } = readHeader(path);
  const typeOf = (dtype: string): NumberType => safetensorsTypes.get(dtype) ?? "f32";
  return {
    kind: "safetensors",
    tensors: new Map(
      [...entries].map(([name, { shape, dtype }]): [string, WeightTensor] => [name, { shape, type: typeOf(dtype) }]),
    ),
    boxes: [],
    others: Object.entries(metadata).map(([name, what]) => ({ name, what: JSON.stringify(what.slice(0, 60)) })),
    classes: [],
    read: (name) => {
      const entry = entries.get(name);
      if (entry === undefined) throw new WeightFileError(path, `it has no tensor ${name}`);
      const [from, to] = entry.offsets;
      return floatsOfBytes(typeOf(entry.dtype), file.bytes(dataStart + from, to - from));
    },
    close: () => file.close(),
  };
}
