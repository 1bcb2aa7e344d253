import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { InferenceSession } from "onnxruntime-node";

/** What onnxruntime runs a graph on. */
export type Device = "cpu" | "webgpu" | "cuda";

/** A device that was asked for and cannot be used here; says what is missing and how to get it. */
export class DeviceError extends Error {
  readonly reason: string;

  constructor(device: Device, reason: string, options?: ErrorOptions) {
    super(`the device ${device} cannot be used: ${reason}`, options);
    this.name = "DeviceError";
    this.reason = reason;
  }
}

/** How a session is opened on a device. */
export function optionsOf(device: Device): InferenceSession.SessionOptions {
  switch (device) {
    case "cpu":
      return {
        executionProviders: ["cpu"],
        // A planned block for a run's tensors comes beside the arena that the first run filled: 45 % more memory of a ViT, for 0 to 3 % of time.
        enableMemPattern: false,
        logSeverityLevel: 3,
        extra: { session: { intra_op: { allow_spinning: "1" } } },
      };
    case "webgpu":
      return {
        executionProviders: ["webgpu"],
        // What goes wrong is thrown as well.
        logSeverityLevel: 4,
        // A node without a kernel would copy back and forth in every step: that is our mistake, and is to be seen.
        extra: { session: { disable_cpu_ep_fallback: "1" } },
      };
    case "cuda": {
      const missing = cudaMissing();
      if (missing !== undefined) throw new DeviceError("cuda", missing);
      // Products as exact as everywhere else, not with the 10 bits of TF32, unless the user says otherwise.
      process.env["NVIDIA_TF32_OVERRIDE"] ??= "0";
      return { executionProviders: ["cuda"], logSeverityLevel: 4 };
    }
  }
}

/** Says of a session that could not be opened what the user can do about it. */
export function deviceProblem(device: Device, problem: unknown): unknown {
  const message = problem instanceof Error ? problem.message : String(problem);
  if (device === "webgpu" && message.includes("WebGPU adapter")) {
    return new DeviceError(
      device,
      `no graphics driver is found. On Linux, \`apt-get install libvulkan1\` and the driver for Vulkan of the graphics card`,
      { cause: problem },
    );
  }
  if (device === "cuda") {
    return new DeviceError(
      device,
      `it needs an NVIDIA card with its driver, and CUDA 12 and cuDNN 9 where libraries are looked for (${message})`,
      { cause: problem },
    );
  }
  return problem;
}

/** What there is to do before cuda can be tried, or undefined. */
export function cudaMissing(): string | undefined {
  const home = dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));
  const { platform, arch } = process;
  if (platform !== "linux" || arch !== "x64")
    return "onnxruntime for Node has CUDA on Linux with x64 alone; try webgpu";
  const library = join(home, "bin", "napi-v6", platform, arch, "libonnxruntime_providers_cuda.so");
  if (existsSync(library)) return undefined;
  const install = join(home, "script", "install.js");
  return `its libraries are not installed; \`node ${install} --onnxruntime-node-install=cuda12\` fetches them`;
}
