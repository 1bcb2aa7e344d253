import type { DType } from "../../../compiler/ir/graph.ts";
import type { Engine, Evaluator, Tensors } from "../engine.ts";
import { Device } from "./device.ts";
import { type OpenTfjs, openTfjs, type TfjsWay } from "./packages.ts";
import { Runner } from "./runner.ts";
import { TfjsTrainer } from "./trainer.ts";

/** TensorFlow.js on the first of some ways that is installed; its name says which. Throws a TfjsMissing. */
export async function tfjsEngine(ways?: readonly TfjsWay[]): Promise<Engine> {
  return engineOn(await openTfjs(ways));
}

function engineOn(open: OpenTfjs): Engine {
  const device = new Device(open);
  return {
    name: `tfjs (${open.description})`,
    async evaluator(graph, constants): Promise<Evaluator> {
      const runner = new Runner(device, graph, constants);
      const dtypes = new Map(graph.outputs.map(({ name, value }): [string, DType] => [name, value.type.dtype]));
      let kept: Tensors = new Map();
      return {
        async keep(inputs) {
          kept = inputs;
        },
        async run(feeds) {
          const results = runner.run(new Map([...kept, ...feeds]));
          try {
            return new Map(
              [...results].map(([name, tensor]) => [name, device.download(tensor, dtypes.get(name) ?? "float32")]),
            );
          } finally {
            for (const tensor of results.values()) tensor.dispose();
          }
        },
        release: async () => runner.release(),
      };
    },
    trainer: async (program) => new TfjsTrainer(device, program),
  };
}

export { installCommand, installedVersion, openTfjs, TfjsMissing, tfjsWays } from "./packages.ts";
