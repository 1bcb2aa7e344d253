import { availableParallelism } from "node:os";
import * as ort from "onnxruntime-node";
import { emitOnnx } from "../../../compiler/emit/onnx/emit-onnx.ts";
import { type Graph, inputsOf } from "../../../compiler/ir/graph.ts";
import { bindConstants } from "../bind-constants.ts";
import type { Tensor, Tensors } from "../engine.ts";

/** A session over a graph, and the names of what it must be fed. */
export interface OpenSession {
  readonly session: ort.InferenceSession;
  readonly inputs: readonly string[];
}

export async function openSession(graph: Graph, constants: Tensors): Promise<OpenSession> {
  const bound = bindConstants(graph, constants);
  const { model } = emitOnnx(bound);
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ["cpu"],
    graphOptimizationLevel: "all",
    executionMode: "sequential",
    intraOpNumThreads: availableParallelism(),
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: "1" } } },
  });
  return { session, inputs: inputsOf(bound).map(({ source }) => source.name) };
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
