import type { Engine } from "../runtime/engines/engine.ts";
import { chooseDevice, requireDevice } from "../runtime/engines/onnx/choose-device.ts";
import { onnxEngineOn } from "../runtime/engines/onnx/index.ts";
import { tfjsEngine } from "../runtime/engines/tfjs/index.ts";
import { pythonOf, torchEngine } from "../runtime/engines/torch/index.ts";
import { terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";
import { wholeNumber } from "./whole-number.ts";

export interface EngineChoice {
  readonly engine?: string;
  /** What the engines onnx and torch run on. */
  readonly device?: string;
  /** PyTorch's processes. */
  readonly nproc?: string;
  readonly precision?: string;
  /** Whether PyTorch compiles the model. */
  readonly torchCompile?: true;
}

/**
 * What graphs run on; it is said where it was found out. Throws a UsageError, or a DeviceError or TfjsMissing with what there is to be
 * installed.
 */
export async function openEngine(choice: EngineChoice): Promise<Engine> {
  const { engine: name = "onnx", device } = choice;
  if (name === "torch") return inPytorch(choice);
  const only = [choice.nproc && "--nproc", choice.precision && "--precision", choice.torchCompile && "--torch-compile"];
  const given = only.find((option) => option !== undefined);
  if (given !== undefined) throw new UsageError(`${given} is of the engine torch`);
  if (name === "onnx") return onDevice(device ?? "cpu");
  if (name !== "tfjs") throw new UsageError(`--engine takes onnx, tfjs or torch, not ${JSON.stringify(name)}`);
  if (device !== undefined) throw new UsageError("--device is of the engine onnx; tfjs runs on what it finds");
  const engine = await tfjsEngine();
  terminal.say(`engine: ${engine.name}`);
  return engine;
}

/** PyTorch of the interpreter that PYTHON names, else python3. */
function inPytorch({ device = "auto", nproc = "1", precision, torchCompile }: EngineChoice): Engine {
  if (device !== "auto" && device !== "cpu" && device !== "cuda")
    throw new UsageError(`--device of the engine torch takes cpu, cuda or auto, not ${JSON.stringify(device)}`);
  if (precision !== undefined && precision !== "fp32" && precision !== "bf16")
    throw new UsageError(`--precision takes fp32 or bf16, not ${JSON.stringify(precision)}`);
  const processes = wholeNumber("--nproc", nproc, 1, 64);
  const python = pythonOf(process.env);
  terminal.say(`engine: PyTorch of ${python}, ${processes} ${processes === 1 ? "process" : "processes"}`);
  return torchEngine({ python, processes, device, precision, compiled: torchCompile === true });
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
