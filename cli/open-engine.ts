import type { Engine } from "../runtime/engines/engine.ts";
import { chooseDevice, requireDevice } from "../runtime/engines/onnx/choose-device.ts";
import { onnxEngineOn } from "../runtime/engines/onnx/index.ts";
import { tfjsEngine } from "../runtime/engines/tfjs/index.ts";
import { terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

export interface EngineChoice {
  readonly engine?: string;
  /** What the engine onnx runs on. */
  readonly device?: string;
}

/**
 * What graphs run on; it is said where it was found out. Throws a UsageError, or a DeviceError or TfjsMissing with what there is to be
 * installed.
 */
export async function openEngine({ engine: name = "onnx", device }: EngineChoice): Promise<Engine> {
  if (name === "onnx") return onDevice(device ?? "cpu");
  if (name !== "tfjs") throw new UsageError(`--engine takes onnx or tfjs, not ${JSON.stringify(name)}`);
  if (device !== undefined) throw new UsageError("--device is of the engine onnx; tfjs runs on what it finds");
  const engine = await tfjsEngine();
  terminal.say(`engine: ${engine.name}`);
  return engine;
}

async function onDevice(device: string): Promise<Engine> {
  switch (device) {
    case "cpu":
      return onnxEngineOn(device);
    case "webgpu":
    case "cuda":
      await requireDevice(device);
      return onnxEngineOn(device);
    case "auto": {
      const chosen = await chooseDevice();
      terminal.say(`device: ${chosen.device}, because ${chosen.reason}`);
      return onnxEngineOn(chosen.device);
    }
    default:
      throw new UsageError(`--device takes cpu, webgpu, cuda or auto, not ${JSON.stringify(device)}`);
  }
}
