import type { Tensor as DeviceTensor } from "@tensorflow/tfjs-core";
import type { DType, TensorData } from "../../../compiler/ir/graph.ts";
import { heldAs } from "../../../compiler/ops/tfjs-kit.ts";
import type { Tensor } from "../engine.ts";
import { nativeBackend } from "./native.ts";
import type { OpenTfjs, Tfjs } from "./packages.ts";

/** Where tensors lie: one backend of TensorFlow.js. */
export class Device {
  readonly tf: Tfjs;
  /** Its name in TensorFlow.js. */
  readonly backend: string;
  readonly native: ReturnType<typeof nativeBackend>;

  constructor({ tf }: OpenTfjs) {
    this.tf = tf;
    this.backend = tf.getBackend();
    this.native = nativeBackend(tf.backend());
  }

  /** Numbers put on the device, which may go on reading the array. int64 and uint8 become int32. */
  upload({ dtype, shape, data }: Tensor): DeviceTensor {
    return this.tf.tensor(held(dtype, data), [...shape], heldAs[dtype]);
  }

  /** A tensor's numbers, as an array of their own. */
  download(tensor: DeviceTensor, dtype: DType): Tensor {
    return { dtype, shape: tensor.shape, data: given(dtype, tensor.dataSync()) };
  }
}

/** The array that TensorFlow.js takes. */
function held(dtype: DType, data: TensorData): Float32Array | Int32Array | Uint8Array {
  if (data instanceof BigInt64Array) {
    return Int32Array.from(data, (entry) => {
      const number = Number(entry);
      if (number !== (number | 0)) throw new RangeError(`${entry} is too large for TensorFlow.js, which has no int64`);
      return number;
    });
  }
  return dtype === "uint8" ? Int32Array.from(data) : data;
}

/** The array that an engine's caller is given. */
function given(dtype: DType, data: Float32Array | Int32Array | Uint8Array): TensorData {
  switch (dtype) {
    case "float32":
      return Float32Array.from(data);
    case "int32":
      return Int32Array.from(data);
    case "int64":
      return BigInt64Array.from(data, BigInt);
    case "uint8":
    case "bool":
      return Uint8Array.from(data);
  }
}
