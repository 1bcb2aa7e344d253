/**
 * How a step, compilation and memory grow with the length of clips, the depth of a model, the number of heads and of a sweep's variants;
 * PyTorch's step and memory beside them where bench/torch_models.py has the model. Each point is measured in a
 * process of its own; of a step the fastest round is told, since what else the machine does only adds to it.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Measured, Point } from "./growth-point.ts";
import { benchText } from "./plan-of.ts";
import { PythonPeer, pythonModule } from "./python-peer.ts";
import { configs } from "./step.ts";

interface Row extends Point {
  readonly name: string;
  /** What bench/torch_models.py builds, if it can. */
  readonly torch: Readonly<Record<string, number | string>> | undefined;
}

const rounds = 4;

const tables: Readonly<Record<string, readonly Row[]>> = {
  "clip length, fusion and 2 LSTM, B16 d512 h256": [10, 20, 40, 80].map((time) => ({
    name: `${time} frames`,
    text: benchText("stored-features"),
    set: [
      ["width", "512"],
      ["length", String(time)],
    ],
    torch: { kind: "features", batch: 16, time, width: 512, hidden: 256 },
    steps: 4,
  })),
  "depth, ViT of 192 channels at 224 px, B4": [2, 4, 8, 16].map((depth) => ({
    name: `${depth} layers`,
    text: benchText("vit"),
    set: [
      ["depth", String(depth)],
      ["dim", "192"],
      ["heads", "3"],
      ["batch", "4"],
    ],
    torch: { kind: "vit", batch: 4, depth, dim: 192, heads: 3 },
    steps: 2,
  })),
  "heads, each a task of its own on one vector of 256, B256": [4, 16, 64, 256].map((count) => ({
    name: `${count} heads`,
    text: manyHeads(count),
    set: [],
    torch: undefined,
    steps: 10,
  })),
  "variants of a sweep, transformer over time: compiled and hashed, none trained": [1, 10, 100, 1000].map((count) => ({
    name: `${count} variants`,
    text: `${benchText("over-time")}
sweep tried = measured { over: {seed: range(${count})}, most: ${count}, report: [score(au)] }
`,
    set: [["kind", '"transformer"']],
    torch: undefined,
    steps: 0,
  })),
  "memory of the steps of bench/step.ts": configs.map(({ name, spec, set, torch, steps }) => ({
    name,
    text: benchText(spec),
    set,
    torch,
    steps: Math.min(steps, 3),
  })),
};

export async function benchGrowth(): Promise<void> {
  const hasTorch = pythonModule("torch", "PyTorch") !== undefined;
  for (const [title, rows] of Object.entries(tables)) {
    console.log(`\n${title}`);
    for (const { name, torch, ...point } of rows) {
      const ours = measured(point);
      const step = ours.step === null ? "" : `step ${ours.step.toFixed(1)} ms, `;
      const theirs = hasTorch && torch !== undefined ? `; PyTorch ${await peerOf(torch, point.steps)}` : "";
      console.log(`  ${name}: ${step}compile ${ours.compile.toFixed(0)} ms, ${ours.peak.toFixed(0)} MiB${theirs}`);
    }
  }
}

function measured(point: Point): Measured {
  const script = fileURLToPath(new URL("./growth-point.ts", import.meta.url));
  const words = ["--import", "tsx", script, JSON.stringify(point)];
  return JSON.parse(execFileSync(process.execPath, words, { encoding: "utf8" }));
}

async function peerOf(torch: Readonly<Record<string, number | string>>, steps: number): Promise<string> {
  const peer = new PythonPeer("./torch_step.py", torch);
  const times: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const time = await peer.milliseconds(String(steps));
    // The first round warms up.
    if (round > 0) times.push(time);
  }
  const peak = Number(await peer.ask("peak"));
  peer.close();
  return `step ${Math.min(...times).toFixed(1)} ms, ${peak.toFixed(0)} MiB`;
}

/** A model of so many scalar tasks, whose stage is `measured`. */
function manyHeads(count: number): string {
  const tasks = Array.from({ length: count }, (_, i) => `t${i}`);
  return `${tasks.map((task) => `task ${task} = scalar(0 .. 1)`).join("\n")}

data table {
  format: csv("none.csv")
  root:   "nowhere"
  fields: {image: images("photos", size: 16, column: "file")}
  labels: {${tasks.map((task) => `${task}: column("${task}")`).join(", ")}}
}

model many() (image) {
  x = image -> view([.., d: 768]) -> linear(256) -> relu
  head t = x -> linear for t in [${tasks.join(", ")}]
}

stage measured = train many() on table {
  loss:      {t: mse(t) for t in [${tasks.join(", ")}]}
  optimizer: adamw(1e-3)
  batch: 256, duration: 1 epoch
}
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await benchGrowth();
