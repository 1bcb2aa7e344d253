/** A training step, optimiser included, beside PyTorch eager in the same run: rounds alternate, medians are compared. */
import type { StagePlan } from "../compiler/lower/plan.ts";
import type { Engine, Trainer } from "../runtime/engines/engine.ts";
import { onnxEngine } from "../runtime/engines/onnx/index.ts";
import { installedVersion, tfjsEngine, tfjsWays } from "../runtime/engines/tfjs/index.ts";
import { firstWeights } from "./first-weights.ts";
import { median } from "./median.ts";
import { measuredStage } from "./plan-of.ts";
import { PythonPeer, pythonModule } from "./python-peer.ts";
import { randomFeeds } from "./random-feeds.ts";

export interface Config {
  readonly name: string;
  readonly spec: string;
  readonly set: readonly (readonly [string, string])[];
  /** What bench/torch_models.py builds. */
  readonly torch: Readonly<Record<string, number | string>>;
  readonly steps: number;
}

export const configs: readonly Config[] = [
  {
    name: "stored features, fusion, 2 LSTM, B16 S30 d768 h256",
    spec: "stored-features",
    set: [],
    torch: { kind: "features", batch: 16, time: 30, width: 768, hidden: 256 },
    steps: 20,
  },
  {
    name: "stored features, fusion, 2 LSTM, B32 S20 d512 h256",
    spec: "stored-features",
    set: [
      ["width", "512"],
      ["batch", "32"],
      ["length", "20"],
    ],
    torch: { kind: "features", batch: 32, time: 20, width: 512, hidden: 256 },
    steps: 20,
  },
  {
    name: "ViT 6x384 at 224 px, B8",
    spec: "vit",
    set: [],
    torch: { kind: "vit", batch: 8, depth: 6, dim: 384, heads: 6 },
    steps: 4,
  },
  {
    name: "ViT-B (12x768) at 224 px, B4",
    spec: "vit",
    set: [
      ["depth", "12"],
      ["dim", "768"],
      ["heads", "12"],
      ["batch", "4"],
    ],
    torch: { kind: "vit", batch: 4, depth: 12, dim: 768, heads: 12 },
    steps: 2,
  },
  ...(["gru", "tcn", "transformer"] as const).map((kind) => ({
    name: `stored features, ${{ gru: "2 BiGRU of 256", tcn: "TCN of 4 blocks", transformer: "transformer of 2 layers" }[kind]}, B16 S30 d512`,
    spec: "over-time",
    set: [["kind", JSON.stringify(kind)] as const],
    torch: { kind, batch: 16, time: 30, width: 512 },
    steps: 10,
  })),
  {
    name: "heads on stored features, B512 d512",
    spec: "over-time",
    set: [
      ["kind", '"heads"'],
      ["batch", "512"],
    ],
    torch: { kind: "heads", batch: 512, width: 512 },
    steps: 50,
  },
];

const rounds = 5;

export async function benchStep(): Promise<void> {
  const torch = pythonModule("torch", "PyTorch");
  if (torch !== undefined) console.log(`PyTorch ${torch}, eager`);
  const native = tfjsWays.filter(({ backend }) => backend === "tensorflow");
  const hasNative = native.some((way) => installedVersion(way) !== undefined);
  if (!hasNative) console.log("native TensorFlow.js: not found (scripts/tfjs-node-from-wheel.sh)");
  const engines = [onnxEngine, ...(hasNative ? [await tfjsEngine(native)] : [])];
  for (const config of configs) await benchConfig(config, engines, torch !== undefined);
}

async function benchConfig(
  { name, spec, set, torch, steps }: Config,
  engines: readonly Engine[],
  hasTorch: boolean,
): Promise<void> {
  const ours = await Promise.all(
    engines.map(async (engine) => ({
      ...(await openOurs(engine, measuredStage(spec, set))),
      engine,
      times: [] as number[],
    })),
  );
  const peer = hasTorch ? new PythonPeer("./torch_step.py", torch) : undefined;
  const theirs: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    for (const each of ours) {
      const time = await each.round(steps);
      // The first round warms all up.
      if (round > 0) each.times.push(time);
    }
    const other = await peer?.milliseconds(String(steps));
    if (round > 0 && other !== undefined) theirs.push(other);
  }
  peer?.close();
  for (const { engine, times, release } of ours) {
    await release();
    const ratio =
      theirs.length === 0
        ? ""
        : `, PyTorch ${median(theirs).toFixed(1)} ms, ratio ${(median(times) / median(theirs)).toFixed(2)}`;
    console.log(`${name}, ${engine.name}: ${median(times).toFixed(1)} ms${ratio}`);
  }
}

/** The first weights live in here alone, as in a training. */
async function openTrainer(engine: Engine, stage: StagePlan): Promise<Trainer> {
  const first = firstWeights(stage);
  return engine.trainer({
    graph: stage.graphs.training({ batch: stage.batch, time: stage.clip?.length }),
    parameters: stage.parameters.flatMap(({ path, shape, group }) => {
      const start = first.get(path)?.data;
      return group === undefined || !(start instanceof Float32Array) ? [] : [{ path, shape, group, start }];
    }),
    states: new Map(),
    constants: new Map(),
    source: {
      label: stage.label,
      frozen: new Set(),
      forward: stage.graphs.forward(),
      penalties: stage.groups.map(() => 0),
    },
    groups: stage.groups.length,
    optimiser: stage.optimiser,
    maxGradientNorm: stage.maxGradientNorm,
    ema: stage.ema,
  });
}

/** Milliseconds for a step, as the mean over a round. */
export async function openOurs(engine: Engine, stage: StagePlan) {
  const feeds = randomFeeds(stage);
  const trainer = await openTrainer(engine, stage);
  let step = 0;
  const numbers = stage.groups.map(({ weightDecay }) => ({ rate: 1e-4, weightDecay }));
  return {
    async round(steps: number): Promise<number> {
      const begun = performance.now();
      for (let i = 0; i < steps; i += 1) {
        step += 1;
        await trainer.step([feeds], step, numbers);
      }
      return (performance.now() - begun) / steps;
    },
    release: () => trainer.release(),
  };
}
