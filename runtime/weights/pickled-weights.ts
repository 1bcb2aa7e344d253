import { floatsOfBytes, type NumberType, numberWidths } from "../checkpoints/number-types.ts";
import { HeaderError } from "../headers/file-window.ts";
import { type Pickled, PickleError } from "../pickle/pickled.ts";
import { numpyNumbers } from "./numpy-numbers.ts";
import { type PickledTensor, stateDictOf } from "./state-dict.ts";
import { gathered, TorchTensor } from "./torch-tensor.ts";
import type { WeightFile, WeightTensor } from "./weight-file.ts";

/** Where the bytes of a storage are. */
export interface StoragePlace {
  readonly length: number;
  /** Bytes of a part of it; of the whole they are held to their checksum, where there is one. */
  bytes(from: number, length: number): Uint8Array;
}

/** What is read of a file of PyTorch before any number is. */
export interface PickledFile {
  readonly kind: string;
  readonly value: Pickled;
  readonly classes: ReadonlySet<string>;
  readonly isBig: boolean;
  place(key: string): StoragePlace;
  close(): void;
}

/** A file of PyTorch by the names in it. Throws where a tensor would reach out of the bytes that the file has. */
export function pickledWeights(file: PickledFile): WeightFile {
  const { tensors, boxes, others } = stateDictOf(file.value);
  const described = new Map([...tensors].map(([name, tensor]) => [name, checked(name, tensor, file)]));
  return {
    kind: file.kind,
    tensors: described,
    boxes,
    others,
    classes: [...file.classes],
    read: (name) => {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw new HeaderError(`it has no tensor ${name}`);
      return tensor instanceof TorchTensor ? numbersOf(tensor, file) : numpyNumbers(tensor).numbers();
    },
    close: () => file.close(),
  };
}

function checked(name: string, tensor: PickledTensor, file: PickledFile): WeightTensor {
  try {
    if (!(tensor instanceof TorchTensor)) return numpyNumbers(tensor);
    const { from, to } = bytesOf(tensor);
    const place = file.place(tensor.storage.key);
    if (tensor.count > 0 && to > place.length)
      throw new PickleError(`it needs the bytes ${from} to ${to} of a storage that has ${place.length}`);
    return { shape: tensor.shape, type: tensor.type };
  } catch (problem) {
    if (!(problem instanceof HeaderError || problem instanceof PickleError)) throw problem;
    throw new HeaderError(`${JSON.stringify(name.slice(0, longestTold))} in it: ${problem.message}`);
  }
}

const longestTold = 100;

/** The bytes of its storage's key that a tensor reaches over. */
function bytesOf({ storage, type, offset, shape, strides, count }: TorchTensor): { from: number; to: number } {
  const width = numberWidths[type];
  const start = storage.from * widthOf(storage.type) + offset * width;
  const reach = count === 0 ? 0 : shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] ?? 0), 1);
  return { from: start, to: start + reach * width };
}

function widthOf(type: NumberType | undefined): number {
  return type === undefined ? 1 : numberWidths[type];
}

function numbersOf(tensor: TorchTensor, file: PickledFile): Float32Array {
  const { from, to } = bytesOf(tensor);
  if (tensor.count === 0) return new Float32Array(0);
  const bytes = file.place(tensor.storage.key).bytes(from, to - from);
  const numbers = floatsOfBytes(tensor.type, bytes, file.isBig);
  return tensor.isDense ? numbers : gathered(numbers, tensor);
}
