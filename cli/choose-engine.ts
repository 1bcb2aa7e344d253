import type { Engine } from "../runtime/engines/engine.ts";
import { chooseDevice, requireDevice } from "../runtime/engines/onnx/choose-device.ts";
import { onnxEngineOn } from "../runtime/engines/onnx/index.ts";
import { terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

export interface EngineChoice {
  readonly device?: string;
}

/** What graphs run on. `auto` says what it took and why. */
export async function chosenEngine({ device = "cpu" }: EngineChoice): Promise<Engine> {
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
