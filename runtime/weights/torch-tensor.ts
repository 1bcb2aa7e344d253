import { type NumberType, numberWidths } from "../checkpoints/number-types.ts";
import { type Pickled, PickleError, Stateful } from "../pickle/pickled.ts";

/** Numbers that lie outside of the pickle, under a key; of a part of another storage, `from` where it begins there. */
export class TorchStorage extends Stateful {
  readonly key: string;
  /** Undefined of plain bytes: then a tensor says it. */
  readonly type: NumberType | undefined;
  /** How many numbers, of plain bytes how many bytes. */
  readonly count: number;
  readonly from: number;

  constructor(key: string, type: NumberType | undefined, count: number, from: number) {
    super();
    this.key = key;
    this.type = type;
    this.count = count;
    this.from = from;
  }

  setState(_state: Pickled): void {}
}

/** No tensor of a network has more axes. */
const mostAxes = 64;
/** So many entries a view may have that repeats those of its storage, as masks do. */
const mostRepeated = 1 << 20;

/** A view of a storage: entry (i, j, ..) is at offset + i s₀ + j s₁ + … */
export class TorchTensor extends Stateful {
  readonly storage: TorchStorage;
  readonly type: NumberType;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  /** Throws a PickleError where it would reach out of its storage. */
  constructor(
    storage: TorchStorage,
    type: NumberType,
    offset: number,
    shape: readonly number[],
    strides: readonly number[],
  ) {
    super();
    if (shape.length > mostAxes || strides.length !== shape.length)
      throw new PickleError(`a tensor in it has ${shape.length} axes and ${strides.length} strides`);
    for (const each of [offset, ...shape, ...strides])
      if (!Number.isSafeInteger(each) || each < 0)
        throw new PickleError(`a tensor in it has ${each} as a size, stride or offset`);
    const count = shape.reduce((product, size) => product * size, 1);
    const last = shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] ?? 0), offset);
    const held = storage.type === undefined ? Math.floor(storage.count / numberWidths[type]) : storage.count;
    if (count > 0 && !(last < held))
      throw new PickleError(`a tensor of [${shape.join(", ")}] in it reaches out of its storage of ${held} numbers`);
    if (count > Math.max(held, mostRepeated))
      throw new PickleError(`a tensor of [${shape.join(", ")}] in it repeats a storage of ${held} numbers`);
    this.storage = storage;
    this.type = type;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }

  get count(): number {
    return this.shape.reduce((product, size) => product * size, 1);
  }

  /** Whether the entries lie one after the other. */
  get isDense(): boolean {
    let step = 1;
    for (let axis = this.shape.length - 1; axis >= 0; axis -= 1) {
      const size = this.shape[axis] ?? 1;
      if (size !== 1 && this.strides[axis] !== step) return false;
      step *= size;
    }
    return true;
  }

  setState(_state: Pickled): void {}
}

/** Entries in the order of the axes, out of those from the tensor's offset on. */
export function gathered(numbers: Float32Array, { shape, strides, count }: TorchTensor): Float32Array {
  const dense = new Float32Array(count);
  const index = shape.map(() => 0);
  let at = 0;
  for (let i = 0; i < count; i += 1) {
    dense[i] = numbers[at] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const stride = strides[axis] ?? 0;
      const next = (index[axis] ?? 0) + 1;
      if (next < (shape[axis] ?? 1)) {
        index[axis] = next;
        at += stride;
        break;
      }
      at -= stride * (next - 1);
      index[axis] = 0;
    }
  }
  return dense;
}
