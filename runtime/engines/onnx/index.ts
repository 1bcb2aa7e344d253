import type { Engine } from "../engine.ts";
import type { Device } from "./device.ts";
import { hostEvaluator } from "./evaluator.ts";
import { hostTrainer } from "./trainer.ts";
import { WebgpuEvaluator } from "./webgpu-evaluator.ts";
import { WebgpuTrainer } from "./webgpu-trainer.ts";

/** onnxruntime on the CPU: the engine that needs nothing else installed. */
export const onnxEngine: Engine = onnxEngineOn("cpu");

/** onnxruntime on a device. That the device is there is found out when the first graph is opened. */
export function onnxEngineOn(device: Device): Engine {
  if (device === "webgpu") {
    return {
      name: "onnx on webgpu",
      networkDevice: device,
      evaluator: WebgpuEvaluator.open,
      trainer: WebgpuTrainer.open,
    };
  }
  return {
    name: device === "cpu" ? "onnx" : `onnx on ${device}`,
    ...(device === "cpu" ? {} : { networkDevice: device }),
    evaluator: (graph, constants) => hostEvaluator(graph, constants, device),
    trainer: (program) => hostTrainer(program, device),
  };
}
