/**
 * Exported inference: our file beside that of torch.onnx.export, both in one onnxruntime with the same options, and beside PyTorch
 * eager, with the same weights. Rounds alternate, medians are compared.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as ort from "onnxruntime-node";
import { emitOnnx } from "../compiler/emit/onnx/emit-onnx.ts";
import { inputsOf } from "../compiler/ir/graph.ts";
import { headsGraph } from "../compiler/lower/named-graphs.ts";
import type { StagePlan } from "../compiler/lower/plan.ts";
import { writeSafetensors } from "../runtime/checkpoints/safetensors.ts";
import { writeAtomically } from "../runtime/checkpoints/write-atomically.ts";
import { bindConstants } from "../runtime/engines/bind-constants.ts";
import { createSession, toOrt } from "../runtime/engines/onnx/session.ts";
import { firstWeights } from "./first-weights.ts";
import { median } from "./median.ts";
import { measuredStage } from "./plan-of.ts";
import { PythonPeer, pythonModule } from "./python-peer.ts";
import { randomFeeds } from "./random-feeds.ts";
import { type Config, configs } from "./step.ts";

const rounds = 7;

interface Runner {
  readonly name: string;
  readonly times: number[];
  readonly round: (runs: number) => Promise<number>;
}

export async function benchInference(chosen: readonly Config[] = configs): Promise<void> {
  const torch = pythonModule("torch", "PyTorch");
  if (torch !== undefined) console.log(`PyTorch ${torch}: torch.onnx.export and eager`);
  const folder = mkdtempSync(join(tmpdir(), "abaw-bench-"));
  try {
    for (const config of chosen) await benchConfig(config, folder, torch !== undefined);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function benchConfig(config: Config, folder: string, hasTorch: boolean): Promise<void> {
  const stage = measuredStage(config.spec, config.set);
  const graph = headsGraph(stage).graph();
  const inputs = inputsOf(graph).flatMap(({ source }) =>
    source.role === "parameter" || source.role === "state" ? [] : [source.name],
  );
  const weights = firstWeights(stage);
  const path = join(folder, "ours.onnx");
  writeAtomically(path, [emitOnnx(bindConstants(graph, weights)).model]);
  const feeds = feedsOf(stage, inputs);
  const ours = await openFile("ours", path, feeds);
  const runners: Runner[] = [ours];
  let line = `${config.name}: ours`;
  let peer: PythonPeer | undefined;
  let theirs: OpenFile | undefined;
  if (hasTorch) {
    const stored = join(folder, "weights.safetensors");
    writeSafetensors(stored, weights, {});
    const outputs = graph.outputs.map(({ name }) => name);
    const running = new PythonPeer("./torch_inference.py", { ...config.torch, weights: stored, inputs, outputs });
    peer = running;
    const file = join(folder, "torch.onnx");
    await peer.milliseconds(`export dynamo ${file}`);
    theirs = await openFile("the exporter's file", file, feeds);
    runners.push(theirs, {
      name: "PyTorch eager",
      times: [],
      // It needs no such close look, and can take much longer.
      round: (runs) => running.milliseconds(`run ${Math.ceil(runs / 4)}`),
    });
  }
  for (let round = 0; round <= rounds; round += 1) {
    // Each is first as often as last.
    for (const runner of round % 2 === 0 ? runners : runners.toReversed()) {
      const time = await runner.round(config.steps);
      // The first round warms all up.
      if (round > 0) runner.times.push(time);
    }
  }
  const own = median(ours.times);
  line += ` ${own.toFixed(2)} ms`;
  for (const { name, times } of runners.slice(1))
    line += `, ${name} ${median(times).toFixed(2)} ms, ratio ${(own / median(times)).toFixed(2)}`;
  if (theirs !== undefined)
    line += `; outputs differ by at most ${greatestDifference(ours.outputs, theirs.outputs).toExponential(0)}`;
  console.log(line);
  peer?.close();
  await ours.session.release();
  await theirs?.session.release();
}

interface OpenFile extends Runner {
  readonly session: ort.InferenceSession;
  readonly outputs: ReadonlyMap<string, ort.Tensor>;
}

async function openFile(name: string, path: string, feeds: Readonly<Record<string, ort.Tensor>>): Promise<OpenFile> {
  const session = await createSession(readFileSync(path), "cpu", []);
  const given = Object.fromEntries(Object.entries(feeds).filter(([input]) => session.inputNames.includes(input)));
  const outputs = new Map(Object.entries(await session.run(given)));
  return {
    name,
    session,
    outputs,
    times: [],
    async round(runs) {
      const begun = performance.now();
      for (let i = 0; i < runs; i += 1) await session.run(given);
      return (performance.now() - begun) / runs;
    },
  };
}

function feedsOf(stage: StagePlan, inputs: readonly string[]): Readonly<Record<string, ort.Tensor>> {
  const all = randomFeeds(stage);
  return Object.fromEntries(
    inputs.map((name) => {
      const tensor = all.get(name);
      if (tensor === undefined) throw new Error(`the stage is not fed ${name}`);
      return [name, toOrt(tensor)];
    }),
  );
}

function greatestDifference(ours: ReadonlyMap<string, ort.Tensor>, theirs: ReadonlyMap<string, ort.Tensor>): number {
  let greatest = 0;
  for (const [name, { data, dims }] of ours) {
    const other = theirs.get(name);
    if (!(data instanceof Float32Array) || !(other?.data instanceof Float32Array) || dims.join() !== other.dims.join())
      throw new Error(`${name} has another shape in the exporter's file`);
    const found = other.data;
    data.forEach((value, i) => {
      greatest = Math.max(greatest, Math.abs(value - (found[i] ?? Number.NaN)));
    });
  }
  return greatest;
}

if (process.argv[1] === import.meta.filename) {
  const only = process.argv[2];
  await benchInference(
    only === undefined ? configs : configs.filter((_, i) => only.split(",").includes(String(i + 1))),
  );
}
