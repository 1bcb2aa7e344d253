import { existsSync } from "node:fs";
import type { Engine } from "../../runtime/engines/engine.ts";
import { DeviceError } from "../../runtime/engines/onnx/device.ts";
import { onnxEngineOn } from "../../runtime/engines/onnx/index.ts";
import { tinyTraining } from "./tiny-training.ts";

/** Where Debian's chromium puts SwiftShader, a driver that needs no graphics card. */
const swiftshader = "/usr/lib/chromium/vk_swiftshader_icd.json";

/**
 * The engine on WebGPU, with SwiftShader where it is installed and no other driver is asked for. Without any driver undefined, which is
 * said; where it is required, that is a failure. One session stays open, so that shaders are compiled once for all tests of a process.
 */
export async function webgpuEngine(required: boolean): Promise<Engine | undefined> {
  // Read by the Vulkan loader when the first session is opened.
  if (existsSync(swiftshader)) process.env["VK_ICD_FILENAMES"] ??= swiftshader;
  const engine = onnxEngineOn("webgpu");
  try {
    const { program } = tinyTraining();
    const evaluator = await engine.evaluator(program.graph, program.states);
    await evaluator.release();
    return engine;
  } catch (problem) {
    if (required || !(problem instanceof DeviceError)) throw problem;
    console.warn(`left out: ${problem.message}; or apt-get install -y chromium libvulkan1`);
    return undefined;
  }
}
