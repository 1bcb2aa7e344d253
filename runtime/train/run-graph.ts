import { type Graph, inputsOf } from "../../compiler/ir/graph.ts";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { WindowMerge } from "../data/clips/clip-windows.ts";
import { type Part, tableOf } from "../data/open-data.ts";
import type { Engine, Evaluator, Tensors } from "../engines/engine.ts";
import { type StageInputs, stageLoader } from "./stage-data.ts";
import { checkLength } from "./whole-videos.ts";

/** What random ops start from where a graph draws in evaluation too (language rule 28): the same in every pass. */
export function evaluationSeed(graph: Graph): Tensors {
  const seeds = inputsOf(graph).filter(({ source }) => source.role === "seed");
  return new Map(seeds.map(({ source: { name } }) => [name, { dtype: "int32", shape: [2], data: new Int32Array(2) }]));
}

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
  readonly #open: ReturnType<typeof stageLoader>;
  readonly #seed: Tensors;

  /** `tasks`: those whose labels are wanted too. */
  constructor(plan: StagePlan, graph: Graph, inputs: StageInputs, part: Part, tasks: StagePlan["tasks"] = []) {
    const { clip, merge } = plan.evaluate;
    this.#merge = merge;
    const table = tableOf(inputs.data, part);
    const rows = Int32Array.from({ length: table.rows }, (_, row) => row);
    // A whole video stands alone, since what it would be padded with might be seen.
    const batch = clip?.whole === true ? 1 : Math.max(1, Math.round(framesAtOnce / (clip?.length ?? 1)));
    this.#rows = table.rows;
    this.#seed = evaluationSeed(graph);
    this.#onPass = (done, total) => inputs.onPass(part, done, total);
    this.#lead = clip === undefined ? 1 : 2;
    this.#open = stageLoader(plan, inputs, { part, rows, clip, batch, training: false, tasks, graphs: [graph] });
    if (clip?.whole === true) checkLength(plan.label, graph, this.#open.length);
  }

  /** Told of each batch's results and what they were made of; results that it takes for itself are not merged. */
  async run(evaluator: Evaluator, weights: Tensors, take?: TakesBatch): Promise<PartResults> {
    const { loader } = this.#open;
    await evaluator.keep(new Map([...weights, ...this.#seed]));
    const merges = new Map<string, { readonly shape: readonly number[]; readonly merge: WindowMerge }>();
    for (let i = 0; i < loader.steps; i += 1) {
      const { feeds, rows: places, windows } = await loader.at(0, i);
      const length = places.length / windows;
      const results = await evaluator.run(feeds);
      take?.(results, feeds);
      for (const [name, { shape, data }] of results) {
        if (!(data instanceof Float32Array) || (take !== undefined && name.startsWith(seenByTerms))) continue;
        const own = shape.slice(this.#lead);
        const width = own.reduce((product, dim) => product * dim, 1);
        const known = merges.get(name) ?? {
          shape: own,
          merge: new WindowMerge(this.#rows, width, this.#merge, length),
        };
        merges.set(name, known);
        places.forEach((row, k) => {
          known.merge.add(row, data, k * width, k % length);
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
