import type { Graph } from "../../compiler/ir/graph.ts";
import type { ClipPlan, StagePlan } from "../../compiler/lower/plan.ts";
import { WindowMerge } from "../data/clips/clip-windows.ts";
import type { Part } from "../data/open-data.ts";
import type { Engine, Evaluator, Tensors } from "../engines/engine.ts";
import { type StageInputs, stageLoader } from "./stage-data.ts";

/** Frames that an evaluation works on at once, about. */
const framesAtOnce = 128;

/**
 * Runs a stage's graph of evaluation over all rows of a part, without augmentation; windows that share a row are averaged. Results are
 * [rows, ..] by output.
 */
export async function runOverPart(
  plan: StagePlan,
  evaluator: Evaluator,
  weights: Tensors,
  inputs: StageInputs,
  part: Part,
  clip: ClipPlan | undefined,
): Promise<ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float32Array }>> {
  const table = inputs.data.parts.get(part);
  if (table === undefined) throw new Error(`the data has no part ${part}`);
  const rows = Int32Array.from({ length: table.rows }, (_, row) => row);
  const batch = Math.max(1, Math.round(framesAtOnce / (clip?.length ?? 1)));
  const { loader, close } = stageLoader(plan, inputs, { part, rows, clip, batch, training: false, tasks: [] });
  const merges = new Map<string, { readonly shape: readonly number[]; readonly merge: WindowMerge }>();
  const lead = clip === undefined ? 1 : 2;
  try {
    for (let i = 0; i < loader.steps; i += 1) {
      const { feeds, rows: places } = await loader.at(0, i);
      const results = await evaluator.run(new Map([...weights, ...feeds]));
      for (const [name, { shape, data }] of results) {
        if (!(data instanceof Float32Array)) continue;
        const own = shape.slice(lead);
        const width = own.reduce((product, dim) => product * dim, 1);
        const known = merges.get(name) ?? { shape: own, merge: new WindowMerge(table.rows, width) };
        merges.set(name, known);
        places.forEach((row, k) => {
          known.merge.add(row, data, k * width);
        });
      }
    }
  } finally {
    await close();
  }
  return new Map([...merges].map(([name, { shape, merge }]) => [name, { shape, values: merge.result() }]));
}

/** An evaluator of a graph with a stage's weights as constants. */
export function evaluatorWith(engine: Engine, graph: Graph, weights: Tensors): Promise<Evaluator> {
  return engine.evaluator(graph, weights);
}
