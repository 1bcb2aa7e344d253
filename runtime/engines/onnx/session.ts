import * as ort from "onnxruntime-node";
import { emitOnnx } from "../../../compiler/emit/onnx/emit-onnx.ts";
import { type Graph, inputsOf } from "../../../compiler/ir/graph.ts";
import { threadCount } from "../../threads/thread-count.ts";
import { bindConstants } from "../bind-constants.ts";
import type { Tensor, Tensors } from "../engine.ts";
import { type Device, deviceProblem, optionsOf } from "./device.ts";

/** A session over a graph, and the names of what it must be fed. */
export interface OpenSession {
  readonly session: ort.InferenceSession;
  readonly inputs: readonly string[];
}

/** Opens a graph on a device; with WebGPU, the outputs that `stays` names are left in its buffers. */
export async function openSession(
  graph: Graph,
  constants: Tensors,
  device: Device,
  stays: (output: string) => boolean = () => false,
): Promise<OpenSession> {
  const bound = bindConstants(graph, constants);
  const { model } = emitOnnx(bound, device === "webgpu" ? { provider: device } : {});
  const session = await createSession(
    model,
    device,
    bound.outputs.map(({ name }) => name).filter((name) => stays(name)),
  );
  return { session, inputs: inputsOf(bound).map(({ source }) => source.name) };
}

/** How sessions run on a device; nodes of a network from elsewhere may have no kernel there, and then run on the CPU. */
export function sessionOptions(device: Device, isForeign = false): ort.InferenceSession.SessionOptions {
  const { extra, ...own } = optionsOf(device);
  return {
    ...own,
    ...(isForeign && device !== "cpu" ? {} : { extra }),
    graphOptimizationLevel: "all",
    executionMode: "sequential",
    intraOpNumThreads: threadCount(),
    interOpNumThreads: 1,
  };
}

/** Throws a DeviceError where the device is not to be had. */
export async function createSession(
  model: Uint8Array,
  device: Device,
  staying: readonly string[],
): Promise<ort.InferenceSession> {
  const options = sessionOptions(device);
  try {
    return await ort.InferenceSession.create(model, {
      ...options,
      ...(staying.length > 0 && {
        preferredOutputLocation: Object.fromEntries(staying.map((name) => [name, "gpu-buffer" as const])),
      }),
    });
  } catch (problem) {
    throw deviceProblem(device, problem);
  }
}

/** The tensor as the engine takes it, without a copy. */
export function toOrt({ dtype, shape, data }: Tensor): ort.Tensor {
  return new ort.Tensor(dtype, data, [...shape]);
}

export function fromOrt(tensor: ort.Tensor): Tensor {
  const { data } = tensor;
  if (data instanceof Float32Array) return { dtype: "float32", shape: tensor.dims, data };
  if (data instanceof Int32Array) return { dtype: "int32", shape: tensor.dims, data };
  if (data instanceof BigInt64Array) return { dtype: "int64", shape: tensor.dims, data };
  if (data instanceof Uint8Array) return { dtype: tensor.type === "bool" ? "bool" : "uint8", shape: tensor.dims, data };
  throw new Error(`an output of type ${tensor.type}`);
}
