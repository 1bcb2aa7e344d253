/**
 * Where a training step's time goes, by kind of node, as onnxruntime's own profile tells it; products also in GFLOP/s, beside what a
 * large product reaches on this machine. `--case N` looks at one of the cases of bench/step.ts, counted from 1; else all.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as ort from "onnxruntime-node";
import { emitOnnx } from "../compiler/emit/onnx/emit-onnx.ts";
import { GraphBuilder } from "../compiler/ir/builder.ts";
import { type Graph, inputsOf } from "../compiler/ir/graph.ts";
import { opRules } from "../compiler/ops/index.ts";
import * as v from "../compiler/ops/vocabulary.ts";
import type { Tensor } from "../runtime/engines/engine.ts";
import { onnxEngine } from "../runtime/engines/onnx/index.ts";
import { sessionOptions, toOrt } from "../runtime/engines/onnx/session.ts";
import { firstWeights } from "./first-weights.ts";
import { measuredStage } from "./plan-of.ts";
import { fastestEvents, flopsOf, type NodeEvent } from "./profile-events.ts";
import { randomFeeds } from "./random-feeds.ts";
import { type Config, configs, openOurs } from "./step.ts";

const warm = 2;
const shown = 0.03;

interface Kind {
  readonly op: string;
  readonly nodes: number;
  /** Milliseconds in a step. */
  readonly time: number;
  /** 10⁹ floating-point operations in a step; 0 of what is no product. */
  readonly gflop: number;
}

async function profileCase({ name, spec, set, steps }: Config, machine: number): Promise<void> {
  const stage = measuredStage(spec, set);
  const whole = await openOurs(onnxEngine, stage);
  await whole.round(warm);
  const step = await whole.round(steps);
  await whole.release();
  const graph = stage.graphs.training({ batch: stage.batch, time: stage.clip?.length });
  const kinds = kindsOf(await eventsOf(graph, new Map([...firstWeights(stage), ...randomFeeds(stage)]), steps + warm));
  const total = kinds.reduce((sum, { time }) => sum + time, 0);
  console.log(`\n${name}: ${step.toFixed(1)} ms a step; nodes at their fastest ${total.toFixed(1)} ms`);
  for (const { op, nodes, time, gflop } of kinds) {
    if (time < shown * total) continue;
    const rate = gflop === 0 ? "" : `, ${rateOf(gflop, time, machine)}`;
    console.log(`  ${op}: ${time.toFixed(1)} ms, ${percent(time / total)}, ${nodes} nodes${rate}`);
  }
  const products = kinds.filter(({ gflop }) => gflop > 0);
  const [time, gflop] = [products, products].map((each, i) =>
    each.reduce((sum, kind) => sum + (i === 0 ? kind.time : kind.gflop), 0),
  );
  console.log(
    `  all products: ${percent((time ?? 0) / total)} of the time, ${rateOf(gflop ?? 0, time ?? 0, machine)}; of ${kinds.reduce((sum, { nodes }) => sum + nodes, 0)} nodes`,
  );
}

function rateOf(gflop: number, time: number, machine: number): string {
  const rate = gflop / (time / 1000);
  return `${rate.toFixed(0)} GFLOP/s (${percent(rate / machine)} of the machine's)`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

/** Each node's fastest run of some, after those that warm the graph up. */
async function eventsOf(graph: Graph, feeds: ReadonlyMap<string, Tensor>, runs: number): Promise<readonly NodeEvent[]> {
  const folder = mkdtempSync(join(tmpdir(), "abaw-profile-"));
  try {
    const session = await ort.InferenceSession.create(emitOnnx(graph).model, {
      ...sessionOptions("cpu"),
      enableProfiling: true,
      profileFilePrefix: join(folder, "profile"),
    });
    const given = Object.fromEntries(
      inputsOf(graph).flatMap(({ source }) => {
        const tensor = feeds.get(source.name);
        return tensor === undefined ? [] : [[source.name, toOrt(tensor)] as const];
      }),
    );
    for (let i = 0; i < warm + runs; i += 1) await session.run(given);
    session.endProfiling();
    await session.release();
    const [file = ""] = readdirSync(folder);
    return fastestEvents(readFileSync(join(folder, file), "utf8"), warm);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function kindsOf(events: readonly NodeEvent[]): readonly Kind[] {
  const kinds = new Map<string, Kind>();
  for (const event of events) {
    const { op, microseconds } = event;
    const known = kinds.get(op) ?? { op, nodes: 0, time: 0, gflop: 0 };
    kinds.set(op, {
      op,
      nodes: known.nodes + 1,
      time: known.time + microseconds / 1000,
      gflop: known.gflop + flopsOf(event) / 1e9,
    });
  }
  return [...kinds.values()].sort((a, b) => b.time - a.time);
}

/** GFLOP/s of a product of two matrices of 1024 × 1024 in the same onnxruntime. */
async function machineRate(): Promise<number> {
  const size = 1024;
  const g = new GraphBuilder(opRules);
  const type = { dtype: "float32", shape: [size, size] } as const;
  const product = v.matmul(g, g.input("parameter", "a", type), g.input("parameter", "b", type));
  const session = await ort.InferenceSession.create(
    emitOnnx({ name: "product", outputs: [{ name: "y", value: product }] }).model,
    sessionOptions("cpu"),
  );
  const matrix = toOrt({ ...type, data: new Float32Array(size * size).fill(0.5) });
  const times: number[] = [];
  for (let i = 0; i < 60; i += 1) {
    const begun = performance.now();
    await session.run({ a: matrix, b: matrix });
    if (i >= warm) times.push(performance.now() - begun);
  }
  await session.release();
  return (2 * size ** 3) / 1e6 / Math.min(...times);
}

const { values } = parseArgs({ options: { case: { type: "string" } } });
const chosen = values.case === undefined ? configs : configs.slice(Number(values.case) - 1, Number(values.case));
if (chosen.length === 0) throw new Error(`--case takes 1 to ${configs.length}`);
let machine = 0;
for (const config of chosen) {
  // What else the machine does only takes from it.
  machine = Math.max(machine, await machineRate());
  console.log(`\na product of 1024 × 1024 matrices: ${machine.toFixed(0)} GFLOP/s`);
  await profileCase(config, machine);
}
