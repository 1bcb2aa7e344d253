import type { Tensor as DeviceTensor } from "@tensorflow/tfjs-core";
import type { DType, TensorData } from "../../../compiler/ir/graph.ts";
import { broadcastShapes } from "../../../compiler/ops/broadcasting.ts";
import { sizes, type TfjsAttribute, type TfjsKit, wholeNumbers } from "../../../compiler/ops/tfjs-kit.ts";
import type { Device } from "./device.ts";
import { type NativeBackend, truthAttribute, typeAttribute } from "./native.ts";
import { wasmProduct } from "./wasm-product.ts";

type Inputs = Readonly<Record<string, DeviceTensor>>;
type Attributes = Readonly<Record<string, TfjsAttribute>>;

/** The kit on a device. Constants stay there until it is released; everything else is noted, to be freed when a rule is done. */
export class DeviceKit implements TfjsKit<DeviceTensor> {
  readonly #device: Device;
  readonly #constants = new Map<TensorData, Map<string, DeviceTensor>>();
  readonly #scalars = new Map<number, DeviceTensor>();
  #made: DeviceTensor[] = [];

  constructor(device: Device) {
    this.#device = device;
  }

  kernel(name: string, inputs: Inputs, attributes?: Attributes): DeviceTensor {
    return this.#note(this.#device.tf.engine().runKernel<DeviceTensor>(name, inputs, attributes));
  }

  kernels(name: string, inputs: Inputs, attributes?: Attributes): readonly DeviceTensor[] {
    const given = this.#device.tf.engine().runKernel<DeviceTensor[]>(name, inputs, attributes);
    this.#made.push(...given);
    return given;
  }

  pair(name: string, inputs: Inputs, attributes?: Attributes): readonly [DeviceTensor, DeviceTensor] {
    const [first, second] = this.kernels(name, inputs, attributes);
    if (first === undefined || second === undefined) throw new Error(`${name} gave less than two tensors`);
    return [first, second];
  }

  matmul(a: DeviceTensor, b: DeviceTensor, transposeA: boolean, transposeB: boolean): DeviceTensor {
    const { native, backend } = this.#device;
    if (native === undefined) {
      const [left, right] = sameLeading(this, a, b);
      if (backend === "wasm") return wasmProduct(this, left, right, transposeA, transposeB);
      return this.kernel("BatchMatMul", { a: left, b: right }, { transposeA, transposeB });
    }
    // TensorFlow's product of two matrices is up to twice as fast as its product of many, most of all where they are small.
    if (a.rank !== 2 || b.rank !== 2) return this.kernel("BatchMatMul", { a, b }, { transposeA, transposeB });
    const flags = [
      truthAttribute(native, "transpose_a", transposeA),
      truthAttribute(native, "transpose_b", transposeB),
    ];
    return this.#native(native, "MatMul", [typeAttribute(native, "T", a.dtype), ...flags], [a, b]);
  }

  concat(parts: readonly DeviceTensor[], axis: number): DeviceTensor {
    return this.#note(this.#device.tf.concat([...parts], axis));
  }

  constant(dtype: DType, shape: readonly number[], data: TensorData): DeviceTensor {
    const known = this.#constants.get(data) ?? new Map<string, DeviceTensor>();
    this.#constants.set(data, known);
    const key = `${dtype} ${shape.join()}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = this.#device.upload({ dtype, shape, data });
    known.set(key, made);
    return made;
  }

  scalar(x: number): DeviceTensor {
    const known = this.#scalars.get(x);
    if (known !== undefined) return known;
    const made = this.#device.upload({ dtype: "float32", shape: [], data: Float32Array.of(x) });
    this.#scalars.set(x, made);
    return made;
  }

  reshape(x: DeviceTensor, shape: readonly number[]): DeviceTensor {
    if (sameSizes(x.shape, shape)) return x;
    const { native } = this.#device;
    if (native === undefined) return this.kernel("Reshape", { x }, { shape });
    const types = [typeAttribute(native, "T", x.dtype), typeAttribute(native, "Tshape", "int32")];
    return this.#native(native, "Reshape", types, [x, this.#sizes(shape)]);
  }

  broadcast(x: DeviceTensor, shape: readonly number[]): DeviceTensor {
    if (sameSizes(x.shape, shape)) return x;
    const { native } = this.#device;
    if (native !== undefined) {
      const types = [typeAttribute(native, "T", x.dtype), typeAttribute(native, "Tidx", "int32")];
      return this.#native(native, "BroadcastTo", types, [x, this.#sizes(shape)]);
    }
    const own = [...shape.slice(x.shape.length).map(() => 1), ...x.shape];
    const reps = shape.map((size, i) => (own[i] === size ? 1 : size));
    return this.kernel("Tile", { x: this.reshape(x, own) }, { reps });
  }

  select(condition: DeviceTensor, then: DeviceTensor, otherwise: DeviceTensor, shape: readonly number[]): DeviceTensor {
    const { native } = this.#device;
    if (native !== undefined) {
      return this.#native(native, "SelectV2", [typeAttribute(native, "T", then.dtype)], [condition, then, otherwise]);
    }
    const whole = (x: DeviceTensor) => this.broadcast(x, shape);
    return this.kernel("Select", { condition: whole(condition), t: whole(then), e: whole(otherwise) });
  }

  /** A tensor of its own over the same numbers. */
  alias(x: DeviceTensor): DeviceTensor {
    return this.#device.tf.engine().runKernel<DeviceTensor>("Identity", { x });
  }

  /** Ends a rule: frees what it made and does not give. What it gives that is not its own is given as an alias. */
  settle(given: readonly DeviceTensor[]): readonly DeviceTensor[] {
    const [only] = this.#made;
    if (this.#made.length === 1 && given.length === 1 && only === given[0]) {
      this.#made = [];
      return given;
    }
    const own = new Set(this.#made);
    this.#made = [];
    const outputs = given.map((tensor) => (own.delete(tensor) ? tensor : this.alias(tensor)));
    for (const tensor of own) tensor.dispose();
    return outputs;
  }

  /** Frees the constants. */
  release(): void {
    this.settle([]);
    for (const byShape of this.#constants.values()) for (const tensor of byShape.values()) tensor.dispose();
    for (const tensor of this.#scalars.values()) tensor.dispose();
    this.#constants.clear();
    this.#scalars.clear();
  }

  /** Runs an op of TensorFlow that no kernel of TensorFlow.js is, or only in more steps. */
  #native(native: NativeBackend, ...call: Parameters<NativeBackend["executeSingleOutput"]>): DeviceTensor {
    return this.#note(native.executeSingleOutput(...call));
  }

  /** A shape as native TensorFlow is given it. */
  #sizes(shape: readonly number[]): DeviceTensor {
    return this.constant(
      "int32",
      [shape.length],
      wholeNumbers(`shape ${shape.join()}`, () => shape),
    );
  }

  #note(tensor: DeviceTensor): DeviceTensor {
    this.#made.push(tensor);
    return tensor;
  }
}

/** Both factors with the same leading axes: other backends than the native one mix up those that broadcast against one another. */
function sameLeading(k: DeviceKit, a: DeviceTensor, b: DeviceTensor): readonly [DeviceTensor, DeviceTensor] {
  const [left, right] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const common = sizes(broadcastShapes(left, right) ?? []);
  // One right factor for all is no broadcast.
  if (right.length === 0 || sameSizes(left, right)) return [a, b];
  return [k.broadcast(a, [...common, ...a.shape.slice(-2)]), k.broadcast(b, [...common, ...b.shape.slice(-2)])];
}

function sameSizes(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}
