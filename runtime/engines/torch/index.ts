import type { Engine } from "../engine.ts";
import { onnxEngine } from "../onnx/index.ts";
import { type TorchChoice, torchTrainer } from "./trainer.ts";

/** PyTorch for training, on one process or many; what is only evaluated runs on the default engine, with the same numbers. */
export function torchEngine(choice: TorchChoice): Engine {
  return {
    name: choice.precision === undefined ? "torch" : `torch, ${choice.precision}`,
    evaluator: (graph, constants) => onnxEngine.evaluator(graph, constants),
    trainer: (program) => torchTrainer(program, choice),
  };
}

export { installTorch, pythonOf, torchOf } from "./find-torch.ts";
export { RanksFailed } from "./ranks.ts";
export type { TorchChoice } from "./trainer.ts";
