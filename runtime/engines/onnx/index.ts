import type { Engine } from "../engine.ts";
import { fromOrt, openSession, toOrt } from "./session.ts";
import { onnxTrainer } from "./trainer.ts";

/** onnxruntime on the CPU: the engine that needs nothing else installed. */
export const onnxEngine: Engine = {
  name: "onnx",
  async evaluator(graph, constants) {
    const { session, inputs } = await openSession(graph, constants);
    return {
      async run(feeds) {
        const given = Object.fromEntries(
          inputs.flatMap((name) => {
            const tensor = feeds.get(name);
            return tensor === undefined ? [] : [[name, toOrt(tensor)] as const];
          }),
        );
        const results = await session.run(given);
        return new Map(Object.entries(results).map(([name, tensor]) => [name, fromOrt(tensor)]));
      },
      release: () => session.release(),
    };
  },
  trainer: onnxTrainer,
};
