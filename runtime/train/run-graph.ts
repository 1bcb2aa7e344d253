import type { Graph } from "../../compiler/ir/graph.ts";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { WindowMerge } from "../data/clips/clip-windows.ts";
import { type Part, tableOf } from "../data/open-data.ts";
import type { Engine, Evaluator, Tensors } from "../engines/engine.ts";
import { type StageInputs, stageLoader } from "./stage-data.ts";

/** Frames that an evaluation works on at once, about. */
const framesAtOnce = 128;

/** What terms of a loss read of the model is called so in the graph that gives it. */
const seenByTerms = "seen/";

export type TakesBatch = (results: Tensors, feeds: Tensors) => void;

/** Results [rows, ..] by output. */
export type PartResults = ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float32Array }>;

/**
 * Passes over all rows of a part, without augmentation; windows that share a row are merged as the stage's `evaluate` says. Open from pass to pass, so that images
 * are read once as far as they can be kept.
 */
export class PartPasses {
  readonly #rows: number;
  readonly #onPass: (done: number, total: number) => void;
  readonly #lead: number;
  readonly #merge: StagePlan["evaluate"]["merge"];
  /** Of a window. */
  readonly #length: number;
  readonly #open: ReturnType<typeof stageLoader>;

  /** `tasks`: those whose labels are wanted too. */
  constructor(plan: StagePlan, graph: Graph, inputs: StageInputs, part: Part, tasks: StagePlan["tasks"] = []) {
    const { clip, merge } = plan.evaluate;
    this.#merge = merge;
    this.#length = clip?.length ?? 1;
    const table = tableOf(inputs.data, part);
    const rows = Int32Array.from({ length: table.rows }, (_, row) => row);
    const batch = Math.max(1, Math.round(framesAtOnce / (clip?.length ?? 1)));
    this.#rows = table.rows;
    this.#onPass = (done, total) => inputs.onPass(part, done, total);
    this.#lead = clip === undefined ? 1 : 2;
    this.#open = stageLoader(plan, inputs, { part, rows, clip, batch, training: false, tasks, graphs: [graph] });
  }

  /** Told of each batch's results and what they were made of; results that it takes for itself are not merged. */
  async run(evaluator: Evaluator, weights: Tensors, take?: TakesBatch): Promise<PartResults> {
    const { loader } = this.#open;
    await evaluator.keep(weights);
    const merges = new Map<string, { readonly shape: readonly number[]; readonly merge: WindowMerge }>();
    for (let i = 0; i < loader.steps; i += 1) {
      const { feeds, rows: places } = await loader.at(0, i);
      const results = await evaluator.run(feeds);
      take?.(results, feeds);
      for (const [name, { shape, data }] of results) {
        if (!(data instanceof Float32Array) || (take !== undefined && name.startsWith(seenByTerms))) continue;
        const own = shape.slice(this.#lead);
        const width = own.reduce((product, dim) => product * dim, 1);
        const known = merges.get(name) ?? {
          shape: own,
          merge: new WindowMerge(this.#rows, width, this.#merge, this.#length),
        };
        merges.set(name, known);
        places.forEach((row, k) => {
          known.merge.add(row, data, k * width, k % this.#length);
        });
      }
      this.#onPass(i + 1, loader.steps);
    }
    return new Map([...merges].map(([name, { shape, merge }]) => [name, { shape, values: merge.result() }]));
  }

  close(): Promise<void> {
    return this.#open.close();
  }
}

/** One pass of a finished stage's graph over a part. */
export async function runOverPart(
  plan: StagePlan,
  graph: Graph,
  { engine, weights, inputs }: { readonly engine: Engine; readonly weights: Tensors; readonly inputs: StageInputs },
  part: Part,
): Promise<PartResults> {
  const evaluator = await engine.evaluator(graph, weights);
  try {
    const passes = new PartPasses(plan, graph, inputs, part);
    try {
      return await passes.run(evaluator, new Map());
    } finally {
      await passes.close();
    }
  } finally {
    await evaluator.release();
  }
}
