/**
 * The steps of bench/step.ts on a device, beside the CPU's, and on CUDA where PyTorch finds it: abaw's PyTorch engine and PyTorch itself,
 * each eager, compiled and in bf16:
 *   npx tsx bench/devices.ts --device webgpu [--case 1] [--rounds 5] [--steps 20] [--set width=32] [--skip "onnx on cpu"]
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import type { StagePlan } from "../compiler/lower/plan.ts";
import type { Engine } from "../runtime/engines/engine.ts";
import type { Device } from "../runtime/engines/onnx/device.ts";
import { onnxEngineOn } from "../runtime/engines/onnx/index.ts";
import { type TorchChoice, torchEngine } from "../runtime/engines/torch/index.ts";
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
    skip: { type: "string", multiple: true, default: [] },
  },
});
const device = deviceNamed(values.device);
const cases = values.case === undefined ? configs : configs.slice(Number(values.case) - 1, Number(values.case));
if (cases.length === 0) throw new Error(`--case takes 1 to ${configs.length}`);

interface Runner {
  round(steps: number): Promise<number>;
  close(): void | Promise<void>;
}

/** A way to run PyTorch. */
interface Variant {
  readonly name: string;
  readonly compiled: boolean;
  readonly precision: TorchChoice["precision"];
}

/** With other sizes than the case's own, PyTorch has nothing to compare. */
const torchVariants = values.set.length > 0 ? [] : torchOnCuda();
for (const config of cases) await compare(config);

async function compare(config: Config): Promise<void> {
  const set = [...config.set, ...values.set.map(splitSetting)];
  const stage = measuredStage(config.spec, set);
  const open = new Map<string, () => Promise<Runner>>();
  for (const on of ["cpu", device] as const) open.set(`onnx on ${on}`, () => ours(onnxEngineOn(on), stage));
  for (const { name, compiled, precision } of torchVariants) {
    const engine = torchEngine({ python, processes: 1, device: "cuda", compiled, precision });
    open.set(`abaw on PyTorch, ${name}`, () => ours(engine, stage));
    const asked = { ...config.torch, device: "cuda", compile: compiled, bf16: precision === "bf16" };
    open.set(`PyTorch, ${name}`, () => theirs(asked));
  }
  const chosen = [...open].filter(([name]) => !values.skip.includes(name));
  const runners = await Promise.all(chosen.map(([, make]) => make()));
  const steps = Number(values.steps ?? config.steps);
  // The first round warms up and compiles, which takes PyTorch long: all at once.
  await Promise.all(runners.map((runner) => runner.round(steps)));
  const times = runners.map((): number[] => []);
  for (let round = 0; round < Number(values.rounds); round += 1)
    for (const [i, runner] of runners.entries()) times[i]?.push(await runner.round(steps));
  console.log(`${config.name}${values.set.length === 0 ? "" : ` with ${values.set.join(", ")}`}`);
  for (const [i, [name]] of chosen.entries()) console.log(`  ${name}: ${median(times[i] ?? []).toFixed(2)} ms`);
  for (const runner of runners) await runner.close();
}

async function ours(engine: Engine, stage: StagePlan): Promise<Runner> {
  const { round, release } = await openOurs(engine, stage);
  return { round, close: release };
}

async function theirs(config: Readonly<Record<string, unknown>>): Promise<Runner> {
  const peer = new PythonPeer("./torch_step.py", config);
  return { round: (steps) => peer.milliseconds(String(steps)), close: () => peer.close() };
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

/** How PyTorch is run, if it has a card; otherwise says that it is left out. */
function torchOnCuda(): readonly Variant[] {
  const script =
    "import torch; assert torch.cuda.is_available(); print(torch.__version__, torch.cuda.get_device_name())";
  const found = spawnSync(python, ["-c", script], { encoding: "utf8" });
  if (found.status !== 0) {
    console.log("PyTorch on CUDA: not found (PYTHON names the interpreter)");
    return [];
  }
  console.log(`PyTorch ${found.stdout.trim()}`);
  return [
    { name: "eager", compiled: false, precision: "fp32" },
    { name: "compiled", compiled: true, precision: "fp32" },
    { name: "compiled, bf16", compiled: true, precision: "bf16" },
  ];
}
