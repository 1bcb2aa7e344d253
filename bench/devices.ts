/**
 * The steps of bench/step.ts on a device, beside the CPU's and beside PyTorch on CUDA (eager, compiled, bf16) where it is there:
 *   npx tsx bench/devices.ts --device webgpu [--case 1] [--rounds 5] [--steps 20] [--set width=32]
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import type { Device } from "../runtime/engines/onnx/device.ts";
import { onnxEngineOn } from "../runtime/engines/onnx/index.ts";
import { median } from "./median.ts";
import { measuredStage } from "./plan-of.ts";
import { PythonPeer, python } from "./python-peer.ts";
import { type Config, configs, openOurs } from "./step.ts";

const { values } = parseArgs({
  options: {
    device: { type: "string" },
    case: { type: "string" },
    rounds: { type: "string", default: "5" },
    steps: { type: "string" },
    set: { type: "string", multiple: true, default: [] },
  },
});
const device = deviceNamed(values.device);
const chosen = values.case === undefined ? configs : configs.slice(Number(values.case) - 1, Number(values.case));
if (chosen.length === 0) throw new Error(`--case takes 1 to ${configs.length}`);

interface Runner {
  readonly name: string;
  round(steps: number): Promise<number>;
  close(): void | Promise<void>;
}

/** With other sizes than the case's own, PyTorch has nothing to compare. */
const torchVariants = values.set.length > 0 ? [] : torchOnCuda();
for (const config of chosen) await compare(config);

async function compare(config: Config): Promise<void> {
  const set = [...config.set, ...values.set.map(splitSetting)];
  const stage = measuredStage(config.spec, set);
  const runners: Runner[] = [];
  for (const on of ["cpu", device] as const) {
    const { round, release } = await openOurs(onnxEngineOn(on), stage);
    runners.push({ name: `onnx on ${on}`, round, close: release });
  }
  for (const { name, ...variant } of torchVariants) {
    const peer = new PythonPeer("./torch_step.py", { ...config.torch, device: "cuda", ...variant });
    runners.push({ name, round: (steps) => peer.milliseconds(String(steps)), close: () => peer.close() });
  }
  const steps = Number(values.steps ?? config.steps);
  const times = runners.map((): number[] => []);
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    for (const [i, runner] of runners.entries()) {
      const time = await runner.round(steps);
      // The first round warms up and compiles shaders.
      if (round === 0) console.log(`${runner.name}: ${(time * steps).toFixed(0)} ms for the first ${steps} steps`);
      else times[i]?.push(time);
    }
  }
  console.log(`${config.name}${values.set.length === 0 ? "" : ` with ${values.set.join(", ")}`}`);
  for (const [i, runner] of runners.entries()) {
    console.log(`  ${runner.name}: ${median(times[i] ?? []).toFixed(2)} ms`);
    await runner.close();
  }
}

function deviceNamed(name: string | undefined): Device {
  if (name === "webgpu" || name === "cuda") return name;
  throw new Error("--device takes webgpu or cuda");
}

function splitSetting(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at < 0) throw new Error(`--set takes name=value, not ${text}`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** How PyTorch is measured, if it has a card; otherwise says that it is left out. */
function torchOnCuda(): readonly { readonly name: string; readonly compile: boolean; readonly bf16: boolean }[] {
  const script =
    "import torch; assert torch.cuda.is_available(); print(torch.__version__, torch.cuda.get_device_name())";
  const found = spawnSync(python, ["-c", script], { encoding: "utf8" });
  if (found.status !== 0) {
    console.log("PyTorch on CUDA: not found (PYTHON names the interpreter)");
    return [];
  }
  console.log(`PyTorch ${found.stdout.trim()}`);
  return [
    { name: "PyTorch, eager", compile: false, bf16: false },
    { name: "PyTorch, compiled", compile: true, bf16: false },
    { name: "PyTorch, compiled, bf16", compile: true, bf16: true },
  ];
}
