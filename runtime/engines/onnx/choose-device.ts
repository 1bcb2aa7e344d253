import { GraphBuilder } from "../../../compiler/ir/builder.ts";
import type { Graph } from "../../../compiler/ir/graph.ts";
import { opRules } from "../../../compiler/ops/index.ts";
import * as v from "../../../compiler/ops/vocabulary.ts";
import { type Device, DeviceError } from "./device.ts";
import { openSession, toOrt } from "./session.ts";

/** What was found of a device by trying it. */
export interface DeviceFinding {
  readonly device: Device;
  /** How many times as fast as the CPU it multiplies matrices; undefined if it cannot be used. */
  readonly gain: number | undefined;
  /** What was measured, or what is missing and how to get it. */
  readonly text: string;
}

/** A device is worth its copies and its first compilation of shaders from here on; a driver in software is far below. */
const leastGain = 2;
/** The small size finds out drivers in software, which would take a minute for the large one. */
const sizes = { small: 256, large: 1024 } as const;

/** Finds out whether a device is there before anything is done for it; throws a DeviceError that says what is missing. */
export async function requireDevice(device: Device): Promise<void> {
  const { session } = await openSession(products(1), new Map(), device);
  await session.release();
}

/** Tries a device that is not the CPU beside the CPU. */
export async function tryDevice(device: "webgpu" | "cuda"): Promise<DeviceFinding> {
  try {
    const small = await compared(device, sizes.small);
    const { gain, text } = small.gain < 1 / leastGain ? small : await compared(device, sizes.large);
    return { device, gain, text };
  } catch (problem) {
    if (problem instanceof DeviceError) return { device, gain: undefined, text: problem.reason };
    throw problem;
  }
}

/** The first device that is worth it, CUDA before WebGPU, and why in one line. */
export async function chooseDevice(
  look: (device: "webgpu" | "cuda") => Promise<DeviceFinding> = tryDevice,
): Promise<{ readonly device: Device; readonly reason: string }> {
  const against: string[] = [];
  for (const candidate of ["cuda", "webgpu"] as const) {
    const { device, gain, text } = await look(candidate);
    if (gain !== undefined && gain >= leastGain) return { device, reason: text };
    against.push(`${device}: ${text}`);
  }
  return { device: "cpu", reason: against.join("; ") };
}

async function compared(device: Device, size: number): Promise<{ readonly gain: number; readonly text: string }> {
  const [there, here] = [await milliseconds(device, size), await milliseconds("cpu", size)];
  const text = `four products of ${size} × ${size} take ${there.toFixed(1)} ms on ${device}, ${here.toFixed(1)} ms on the CPU`;
  return { gain: here / there, text };
}

/** The best of three runs, after one that warms up. */
async function milliseconds(device: Device, size: number): Promise<number> {
  const { session } = await openSession(products(size), new Map(), device);
  try {
    const x = toOrt({ dtype: "float32", shape: [size, size], data: new Float32Array(size * size).fill(1 / size) });
    let best = Number.POSITIVE_INFINITY;
    for (let run = 0; run < 4; run += 1) {
      const begun = performance.now();
      await session.run({ x });
      if (run > 0) best = Math.min(best, performance.now() - begun);
    }
    return best;
  } finally {
    await session.release();
  }
}

/** The sum over x⁵, so that one number comes back. */
function products(size: number): Graph {
  const g = new GraphBuilder(opRules);
  const x = g.input("field", "x", { dtype: "float32", shape: [size, size] });
  const power = [1, 2, 3, 4].reduce((product) => v.matmul(g, product, x), x);
  return { name: "products", outputs: [{ name: "sum", value: v.sumAll(g, power) }] };
}
