import type * as ort from "onnxruntime-node";
import { GraphBuilder } from "../../../compiler/ir/builder.ts";
import { type Graph, inputsOf } from "../../../compiler/ir/graph.ts";
import { resizeGraph, sizesFed } from "../../../compiler/ir/resize.ts";
import { opRules } from "../../../compiler/ops/index.ts";
import type { Evaluator, Tensor, Tensors } from "../engine.ts";
import { fromOrt, type OpenSession, openSession, toOrt } from "./session.ts";
import { toDevice } from "./webgpu-buffers.ts";

/** Sizes that are kept ready, such as those of a full batch and of the last one. */
const sessionsAtOnce = 4;

/** A graph at whatever sizes it is fed: one session for each, because sizes worked out at run time would be worked out on the CPU. */
export class WebgpuEvaluator implements Evaluator {
  readonly #graph: Graph;
  readonly #names: ReadonlySet<string>;
  readonly #constants: ReadonlyMap<string, ort.Tensor>;
  #kept: ReadonlyMap<string, ort.Tensor> = new Map();
  /** By sizes, the last used last. */
  readonly #sessions = new Map<string, OpenSession>();

  private constructor(graph: Graph, names: ReadonlySet<string>, constants: ReadonlyMap<string, ort.Tensor>) {
    this.#graph = graph;
    this.#names = names;
    this.#constants = constants;
  }

  static async open(graph: Graph, constants: Tensors): Promise<WebgpuEvaluator> {
    const names = new Set(inputsOf(graph).map(({ source }) => source.name));
    return new WebgpuEvaluator(graph, names, await placed(constants, names));
  }

  async keep(inputs: Tensors): Promise<void> {
    dispose(this.#kept);
    this.#kept = await placed(inputs, this.#names);
  }

  async run(feeds: Tensors): Promise<Tensors> {
    const { session, inputs } = await this.#sessionFor(feeds);
    const given: Record<string, ort.Tensor> = {};
    for (const name of inputs) {
      const fed = feeds.get(name);
      const tensor = fed === undefined ? (this.#kept.get(name) ?? this.#constants.get(name)) : toOrt(narrowed(fed));
      if (tensor !== undefined) given[name] = tensor;
    }
    const results = await session.run(given);
    return new Map(
      this.#graph.outputs.map(({ name, value }) => {
        const result = results[name];
        if (result === undefined) throw new Error(`the session gave no ${name}`);
        return [name, value.type.dtype === "int64" ? widened(fromOrt(result)) : fromOrt(result)];
      }),
    );
  }

  async #sessionFor(feeds: Tensors): Promise<OpenSession> {
    const sizes = sizesFed(this.#graph, (name) => feeds.get(name)?.shape);
    const key = JSON.stringify([...sizes]);
    const open =
      this.#sessions.get(key) ??
      (await openSession(resizeGraph(this.#graph, sizes, new GraphBuilder(opRules)), new Map(), "webgpu"));
    this.#sessions.delete(key);
    this.#sessions.set(key, open);
    const [oldest] = this.#sessions;
    if (oldest !== undefined && this.#sessions.size > sessionsAtOnce) {
      this.#sessions.delete(oldest[0]);
      await oldest[1].session.release();
    }
    return open;
  }

  async release(): Promise<void> {
    for (const { session } of this.#sessions.values()) await session.release();
    this.#sessions.clear();
    dispose(this.#constants);
    dispose(this.#kept);
  }
}

/** Those of some tensors that are wanted, where they can be fed again and again: only float32 has a way to the device. */
async function placed(tensors: Tensors, wanted: ReadonlySet<string>): Promise<ReadonlyMap<string, ort.Tensor>> {
  const found = new Map<string, ort.Tensor>();
  for (const [name, tensor] of tensors) {
    if (wanted.has(name))
      found.set(name, tensor.dtype === "float32" ? await toDevice(tensor) : toOrt(narrowed(tensor)));
  }
  return found;
}

function dispose(tensors: ReadonlyMap<string, ort.Tensor>): void {
  for (const tensor of tensors.values()) tensor.dispose();
}

/** Shaders have no integers of 64 bits: those of the graph are written with 32. */
function narrowed(tensor: Tensor): Tensor {
  if (tensor.dtype !== "int64") return tensor;
  return { dtype: "int32", shape: tensor.shape, data: Int32Array.from(tensor.data, Number) };
}

function widened({ shape, data }: Tensor): Tensor {
  return { dtype: "int64", shape, data: BigInt64Array.from(Array.from(data, BigInt)) };
}
