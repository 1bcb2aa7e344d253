import type { Tensor as DeviceTensor } from "@tensorflow/tfjs-core";
import type { DType, TensorData } from "../../../compiler/ir/graph.ts";
import type { Tensor } from "../engine.ts";
import type { Device } from "./device.ts";

/** A tensor on the device whose numbers are fetched when they are read; an evaluator on the same device takes it as it is. */
export class Resident implements Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly #device: Device;
  readonly #tensor: DeviceTensor;
  #data: TensorData | undefined;

  constructor(device: Device, tensor: DeviceTensor, dtype: DType) {
    this.dtype = dtype;
    this.shape = tensor.shape;
    this.#device = device;
    this.#tensor = tensor;
  }

  get data(): TensorData {
    this.#data ??= this.#device.download(this.#tensor, this.dtype).data;
    return this.#data;
  }

  on(device: Device): DeviceTensor | undefined {
    return device === this.#device ? this.#tensor : undefined;
  }
}
