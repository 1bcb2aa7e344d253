import type { Engine } from "../runtime/engines/engine.ts";
import { onnxEngine } from "../runtime/engines/onnx/index.ts";
import { tfjsEngine } from "../runtime/engines/tfjs/index.ts";
import { terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

/** The engine of a name; of TensorFlow.js it is said what it runs on. Throws a UsageError, or a TfjsMissing with the command that installs it. */
export async function openEngine(name: string): Promise<Engine> {
  if (name === "onnx") return onnxEngine;
  if (name !== "tfjs") throw new UsageError(`--engine takes onnx or tfjs, not ${JSON.stringify(name)}`);
  const engine = await tfjsEngine();
  terminal.say(`engine: ${engine.name}`);
  return engine;
}
