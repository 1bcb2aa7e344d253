import { type Graph, inputsOf } from "../../compiler/ir/graph.ts";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { WindowMerge } from "../data/clips/clip-windows.ts";
import type { BatchLoader } from "../data/loader/batch-loader.ts";
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

/** Frames, or clips, that an evaluation works on at once. A whole video stands alone, since what it would be padded with might be seen. */
export function evaluatedAtOnce(clip: StagePlan["evaluate"]["clip"]): number {
  return clip?.whole === true ? 1 : Math.max(1, Math.round(framesAtOnce / (clip?.length ?? 1)));
}

/** What terms of a loss read of the model is called so in the graph that gives it. */
const seenByTerms = "seen/";

export type TakesBatch = (results: Tensors, feeds: Tensors) => void;

/** Results [rows, ..] by output. */
export type PartResults = ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float32Array }>;

type Versions = NonNullable<StagePlan["evaluate"]["tta"]>;

export interface PassOf {
  readonly part: Part;
  /** Those of every frame whose results' mean is given, each by its changes; as they are, unless told. */
  readonly versions?: Versions | undefined;
  /** Those whose labels are wanted too. */
  readonly tasks?: StagePlan["tasks"];
}

/**
 * Passes over all rows of a part, without augmentation; windows that share a row are merged as the stage's `evaluate` says. Open from pass to pass, so that images
 * are read once as far as they can be kept.
 */
export class PartPasses {
  readonly #rows: number;
  readonly #onPass: (done: number, total: number) => void;
  readonly #lead: number;
  readonly #merge: StagePlan["evaluate"]["merge"];
  /** A loader for each version of the frames. */
  readonly #versions: readonly ReturnType<typeof stageLoader>[];
  readonly #seed: Tensors;

  constructor(plan: StagePlan, graph: Graph, inputs: StageInputs, { part, versions = [[]], tasks = [] }: PassOf) {
    const { clip, merge } = plan.evaluate;
    this.#merge = merge;
    const table = tableOf(inputs.data, part);
    const rows = Int32Array.from({ length: table.rows }, (_, row) => row);
    const batch = evaluatedAtOnce(clip);
    this.#rows = table.rows;
    this.#seed = evaluationSeed(graph);
    this.#onPass = (done, total) => inputs.onPass(part, done, total);
    this.#lead = clip === undefined ? 1 : 2;
    const request = { part, rows, clip, batch, training: false, tasks, graphs: [graph] };
    this.#versions = versions.map((augment, i) =>
      stageLoader(plan, inputs, { ...request, version: { augment, number: i, of: versions.length } }),
    );
    const [first] = this.#versions;
    if (clip?.whole === true && first !== undefined) checkLength(plan.label, graph, first.length);
  }

  /** Told of each batch's results and what they were made of; results that it takes for itself are not merged. */
  async run(evaluator: Evaluator, weights: Tensors, take?: TakesBatch): Promise<PartResults> {
    await evaluator.keep(new Map([...weights, ...this.#seed]));
    const found: PartResults[] = [];
    for (const [i, { loader }] of this.#versions.entries()) found.push(await this.#pass(evaluator, loader, i, take));
    const [first = new Map(), ...others] = found;
    return others.length === 0 ? first : meanOf(first, others);
  }

  async #pass(
    evaluator: Evaluator,
    loader: BatchLoader,
    version: number,
    take: TakesBatch | undefined,
  ): Promise<PartResults> {
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
      this.#onPass(version * loader.steps + i + 1, this.#versions.length * loader.steps);
    }
    return new Map([...merges].map(([name, { shape, merge }]) => [name, { shape, values: merge.result() }]));
  }

  async close(): Promise<void> {
    for (const { close } of this.#versions) await close();
  }
}

/** Row by row the mean of several results, added up in double precision. */
function meanOf(first: PartResults, others: readonly PartResults[]): PartResults {
  return new Map(
    [...first].map(([name, { shape, values }]) => {
      const sum = Float64Array.from(values);
      for (const other of others)
        other.get(name)?.values.forEach((value, i) => {
          sum[i] = (sum[i] ?? 0) + value;
        });
      return [name, { shape, values: Float32Array.from(sum, (value) => value / (1 + others.length)) }];
    }),
  );
}

/** One pass of a finished stage's graph over a part. */
export async function runOverPart(
  plan: StagePlan,
  graph: Graph,
  { engine, weights, inputs }: { readonly engine: Engine; readonly weights: Tensors; readonly inputs: StageInputs },
  part: Part,
  versions?: Versions,
): Promise<PartResults> {
  const evaluator = await engine.evaluator(graph, weights);
  try {
    const passes = new PartPasses(plan, graph, inputs, { part, versions });
    try {
      return await passes.run(evaluator, new Map());
    } finally {
      await passes.close();
    }
  } finally {
    await evaluator.release();
  }
}
