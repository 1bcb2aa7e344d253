import { type Graph, inputsOf } from "../../compiler/ir/graph.ts";
import type { NetworkUse } from "../../compiler/lower/plan-networks.ts";
import type { Engine, Evaluator, Tensor, Tensors } from "../engines/engine.ts";
import { onnxEngine } from "../engines/onnx/index.ts";
import { networkFile } from "./network-file.ts";
import { Network } from "./open-network.ts";

/**
 * A network with what is done to pictures before it: from the data's fields to its outputs, each [.., ..shape] as the stage's graphs take
 * it. onnxruntime runs both, whatever engine trains the stage; what comes before the network is a few products on the CPU.
 */
export async function networkEvaluator(use: NetworkUse, picture: Graph, { networkDevice }: Engine): Promise<Evaluator> {
  const network = await Network.open(use, networkFile(use.file), networkDevice ?? "cpu");
  const fields = inputsOf(picture).map(({ source }) => source.name);
  const before = await onnxEngine.evaluator(picture, new Map());
  return {
    keep: (inputs) => before.keep(inputs),
    async run(feeds): Promise<Tensors> {
      const frames = new Map(fields.flatMap((name) => [[name, framesOf(feeds.get(name))] as const]));
      const made = (await before.run(frames)).get("picture");
      if (!(made?.data instanceof Float32Array)) throw new Error("what is sent to a network is float32");
      const outputs = await network.run({ shape: made.shape, data: made.data });
      const lead = feeds.get(fields[0] ?? "")?.shape.slice(0, -3) ?? [];
      return new Map(
        use.outputs.map(({ input, shape }): [string, Tensor] => [
          input,
          { dtype: "float32", shape: [...lead, ...shape], data: outputs.get(input) ?? new Float32Array() },
        ]),
      );
    },
    async release() {
      await before.release();
      await network.release();
    },
  };
}

/** Pictures [.., height, width, 3], one after the other. */
function framesOf(tensor: Tensor | undefined): Tensor {
  if (tensor === undefined) throw new Error("a picture is fed");
  const lead = tensor.shape.slice(0, -3);
  return { ...tensor, shape: [lead.reduce((product, size) => product * size, 1), ...tensor.shape.slice(-3)] };
}
