import { InferenceSession, Tensor } from "onnxruntime-node";
import { emitOnnx, type OnnxOptions } from "../../../compiler/emit/onnx/emit-onnx.ts";
import type { DType, Graph, TensorData } from "../../../compiler/ir/graph.ts";

/** A tensor of known sizes with its numbers, row by row. */
export interface Numbers {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export interface OpenGraph {
  /** Feeds inputs by name and gives outputs by name. */
  run(feeds: ReadonlyMap<string, Numbers>): Promise<ReadonlyMap<string, Numbers>>;
  close(): Promise<void>;
}

/** Writes a graph as ONNX and opens it in onnxruntime on the CPU. */
export async function openGraph(graph: Graph, options?: OnnxOptions): Promise<OpenGraph> {
  return openModel(emitOnnx(graph, options).model);
}

/** Opens ONNX bytes, or a file if its weights lie beside it. */
export async function openModel(model: Uint8Array | string): Promise<OpenGraph> {
  const session =
    typeof model === "string"
      ? await InferenceSession.create(model, sessionOptions)
      : await InferenceSession.create(model, sessionOptions);
  return {
    async run(feeds) {
      const given = session.inputNames.map((name): [string, Tensor] => {
        const numbers = feeds.get(name);
        if (numbers === undefined) throw new Error(`nothing is fed to ${name}`);
        return [name, new Tensor(numbers.dtype, numbers.data, numbers.shape)];
      });
      const results = await session.run(Object.fromEntries(given));
      return new Map(session.outputNames.map((name) => [name, numbersOf(name, results[name])]));
    },
    close: () => session.release(),
  };
}

/** Runs a graph once. */
export async function runGraph(
  graph: Graph,
  feeds: ReadonlyMap<string, Numbers>,
  options?: OnnxOptions,
): Promise<ReadonlyMap<string, Numbers>> {
  const open = await openGraph(graph, options);
  try {
    return await open.run(feeds);
  } finally {
    await open.close();
  }
}

const sessionOptions: InferenceSession.SessionOptions = {
  executionProviders: ["cpu"],
  graphOptimizationLevel: "all",
  intraOpNumThreads: 1,
  logSeverityLevel: 3,
};

function numbersOf(name: string, tensor: Tensor | undefined): Numbers {
  switch (tensor?.type) {
    case "float32":
    case "int32":
    case "int64":
    case "uint8":
    case "bool": {
      const { data, dims, type } = tensor;
      if (
        data instanceof Float32Array ||
        data instanceof Int32Array ||
        data instanceof BigInt64Array ||
        data instanceof Uint8Array
      )
        return { dtype: type, shape: dims, data };
    }
  }
  throw new Error(`output ${name} is ${tensor?.type}`);
}
