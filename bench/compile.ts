/**
 * Time from text to graphs, and from text to an exported file with weights, of ViT-B/16 and two LSTM layers over 20 frames, beside
 * torch.onnx.export of the same model; each round in a fresh process and to a new file on both sides.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { emitOnnx } from "../compiler/emit/onnx/emit-onnx.ts";
import type { StagePlan } from "../compiler/lower/plan.ts";
import { stepGraph } from "../compiler/lower/step-graph.ts";
import type { Tensor, Tensors } from "../runtime/engines/engine.ts";
import { exportModel } from "../runtime/run/export-model.ts";
import { median } from "./median.ts";
import { compiledBench, measuredStage } from "./plan-of.ts";
import { PythonPeer, pythonModule } from "./python-peer.ts";

const rounds = 5;
const exportRounds = 3;

export async function benchCompile(): Promise<void> {
  const graphs = Array.from({ length: rounds }, () => once("graphs", ""));
  console.log(
    `compile ViT-B/16 + LSTM, 20 frames, to step and inference graphs: ${median(graphs).toFixed(0)} ms (median of ${rounds} cold processes)`,
  );
  const torch = pythonModule("torch", "PyTorch");
  const exporters = torch === undefined ? [] : (["dynamo", "script"] as const);
  const theirs = exporters.map((exporter) => ({ exporter, times: [] as number[] }));
  const ours: number[] = [];
  for (let round = 0; round < exportRounds; round += 1) {
    ours.push(await toNewFile(async (path) => once("export", path)));
    for (const { exporter, times } of theirs) times.push(await toNewFile((path) => exportedByTorch(exporter, path)));
  }
  console.log(`the same, from text to an ONNX file with weights: ${median(ours).toFixed(0)} ms`);
  for (const { exporter, times } of theirs) {
    const ratio = median(times) / median(ours);
    console.log(
      `  torch.onnx.export of PyTorch ${torch}, ${exporter}: ${median(times).toFixed(0)} ms, ${ratio.toFixed(1)} times as long`,
    );
  }
}

/** What is exported is gone afterwards: to free the old file, or to replace it, takes as long as to write it. */
async function toNewFile(timed: (path: string) => Promise<number>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "abaw-bench-"));
  try {
    return await timed(join(folder, "model.onnx"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function once(what: "graphs" | "export", path: string): number {
  return Number(
    execFileSync(process.execPath, ["--import", "tsx", import.meta.filename, what, path], { encoding: "utf8" }),
  );
}

async function exportedByTorch(exporter: "dynamo" | "script", path: string): Promise<number> {
  const peer = new PythonPeer("./torch_export.py", {});
  try {
    return await peer.milliseconds(`${exporter} ${path}`);
  } finally {
    peer.close();
  }
}

function timeGraphs(): number {
  const begun = performance.now();
  const stage = measuredStage("compile");
  emitOnnx(stepGraph(stage));
  emitOnnx(stage.graphs.evaluation());
  return performance.now() - begun;
}

/** Through what `abaw export` calls; the weights are in memory, as PyTorch's are. */
function timeExport(path: string): number {
  const begun = performance.now();
  const { plan, diagnostics } = compiledBench("compile");
  const compiled = performance.now() - begun;
  const [exported] = plan?.exports ?? [];
  if (plan === undefined || exported === undefined)
    throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  const stageOf = (hash: string): StagePlan => {
    const stage = plan.stages.find((each) => each.hash === hash);
    if (stage === undefined) throw new Error(`the plan has no stage ${hash}`);
    return stage;
  };
  const kept = new Map(plan.stages.map((stage) => [stage.hash, someWeights(stage)]));
  const resumed = performance.now();
  exportModel({ plan, stageOf, keptOf: (hash) => kept.get(hash) ?? new Map() }, exported, path);
  return compiled + performance.now() - resumed;
}

function someWeights(stage: StagePlan): Tensors {
  return new Map(
    [...stage.parameters, ...stage.states].map(({ path, shape }): [string, Tensor] => {
      const count = shape.reduce((product, size) => product * size, 1);
      return [path, { dtype: "float32", shape, data: new Float32Array(count).fill(0.02) }];
    }),
  );
}

if (process.argv[1] === import.meta.filename) {
  const [what, path = ""] = process.argv.slice(2);
  if (what === "graphs") console.log(timeGraphs());
  else if (what === "export") console.log(timeExport(path));
  else await benchCompile();
}
