import type { Graph } from "../../../compiler/ir/graph.ts";
import type { Evaluator, Tensors } from "../engine.ts";
import { fromOrt, openSession, toOrt } from "./session.ts";

/** One session for any batch and time, fed from the memory of the host. */
export async function hostEvaluator(graph: Graph, constants: Tensors, device: "cpu" | "cuda"): Promise<Evaluator> {
  const { session, inputs } = await openSession(graph, constants, device);
  let kept: Tensors = new Map();
  return {
    async keep(given) {
      kept = given;
    },
    async run(feeds) {
      const given = Object.fromEntries(
        inputs.flatMap((name) => {
          const tensor = feeds.get(name) ?? kept.get(name);
          return tensor === undefined ? [] : [[name, toOrt(tensor)] as const];
        }),
      );
      const results = await session.run(given);
      return new Map(Object.entries(results).map(([name, tensor]) => [name, fromOrt(tensor)]));
    },
    release: () => session.release(),
  };
}
