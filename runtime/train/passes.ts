import type { Graph } from "../../compiler/ir/graph.ts";
import { hash } from "../data/loader/random.ts";
import { partOfBatch } from "../engines/batch-part.ts";
import type { Engine, Evaluator, Tensor, Tensors } from "../engines/engine.ts";
import { seedLimit } from "./step-seed.ts";

/** Divides a batch into equal passes, each with the sums that means over the whole batch are divided by, and its own random draws. */
export class Passes {
  readonly #count: number;
  readonly #sums: Evaluator | undefined;

  private constructor(count: number, sums: Evaluator | undefined) {
    this.#count = count;
    this.#sums = sums;
  }

  /** `sums` is the stage's graph of that name (see StageGraphs), `facts` its constants. */
  static async open(engine: Engine, sums: Graph, facts: Tensors, count: number): Promise<Passes> {
    return new Passes(count, sums.outputs.length === 0 ? undefined : await engine.evaluator(sums, facts));
  }

  async of(feeds: Tensors): Promise<readonly Tensors[]> {
    const totals = (await this.#sums?.run(feeds)) ?? new Map<string, Tensor>();
    const shares = [...totals].map(([name, { shape, data }]): [string, Tensor] => [
      name,
      { dtype: "float32", shape, data: Float32Array.of(Number(data[0]) / this.#count) },
    ]);
    return Array.from({ length: this.#count }, (_, pass) => {
      const own = [...feeds].map(([name, tensor]): [string, Tensor] => [name, this.#part(name, tensor, pass)]);
      return new Map([...own, ...shares]);
    });
  }

  /** Numbers of the step have no axis and belong to all passes. */
  #part(name: string, tensor: Tensor, pass: number): Tensor {
    if (name === "seed" || name.endsWith("/seed")) return seedOf(tensor, pass);
    return tensor.shape.length === 0 ? tensor : partOfBatch(tensor, pass, this.#count);
  }

  async release(): Promise<void> {
    await this.#sums?.release();
  }
}

/** The first pass draws as a whole batch would. */
function seedOf(seed: Tensor, pass: number): Tensor {
  if (pass === 0) return seed;
  const words = Array.from(seed.data, Number);
  return { ...seed, data: Int32Array.from(words, (_, i) => hash(...words, pass, i) % seedLimit) };
}
