import { basename, dirname, join } from "node:path";
import * as ort from "onnxruntime-node";
import { emitOnnx } from "../../compiler/emit/onnx/emit-onnx.ts";
import { GraphBuilder } from "../../compiler/ir/builder.ts";
import { type Graph, inputsOf } from "../../compiler/ir/graph.ts";
import { rewriteGraph, sameLeaf } from "../../compiler/ir/rewrite.ts";
import type { ExportPlan, StagePlan, TaskPlan } from "../../compiler/lower/plan.ts";
import { opRules } from "../../compiler/ops/index.ts";
import { writeAtomically } from "../checkpoints/write-atomically.ts";
import { ImageSource } from "../data/loader/image-source.ts";
import type { Tensors } from "../engines/engine.ts";
import type { Run } from "./run-plan.ts";

export interface Exported {
  readonly path: string;
  /** Further files beside it. */
  readonly files: readonly string[];
  readonly bytes: number;
}

/** Writes the inference graph of an export with the kept weights inside, and beside it what is too large for one file. */
export function exportModel(run: Run, plan: ExportPlan, path: string): Exported {
  const graph = withWeights(plan.graph(), (name) => run.keptOf(name));
  const { model, external } = emitOnnx(graph, {
    opset: plan.opset,
    metadata: metadataOf(run, plan),
    externalName: `${basename(path)}.data`,
  });
  const files: string[] = [];
  if (external !== undefined) {
    const beside = join(dirname(path), external.name);
    writeAtomically(beside, external.pieces);
    files.push(beside);
  }
  writeAtomically(path, [model]);
  return { path, files, bytes: model.length };
}

/** Parameters are named `<stage hash>/<path>` in the graph; each becomes a constant with its stage's kept value. */
function withWeights(graph: Graph, keptOf: (stage: string) => Tensors): Graph {
  return rewriteGraph(graph, new GraphBuilder(opRules), undefined, (leaf, g) => {
    if (leaf.source.kind !== "input" || (leaf.source.role !== "parameter" && leaf.source.role !== "state")) return sameLeaf(leaf, g);
    const slash = leaf.source.name.indexOf("/");
    const stage = leaf.source.name.slice(0, slash);
    const path = leaf.source.name.slice(slash + 1);
    const tensor = keptOf(stage).get(path);
    if (tensor === undefined) throw new Error(`the stage has no weight ${path}`);
    const name = `${path.replace(/\[(\d+)\]/g, ".$1")}@${stage.slice(0, 8)}`;
    return g.constant(tensor.dtype, tensor.shape, tensor.data, name);
  });
}

/** What a user of the file must know: how images go in, and what each output means. */
function metadataOf(run: Run, plan: ExportPlan): Readonly<Record<string, string>> {
  const tasks = tasksOf(run, plan);
  const outputs = Object.fromEntries(
    tasks.map(({ name, meaning }) => [name, meaning.kind === "scalar" ? { kind: meaning.kind, min: meaning.min, max: meaning.max } : { kind: meaning.kind, names: meaning.names }]),
  );
  return { image: "float32 RGB in 0..1, [batch, (time), 3, height, width]", outputs: JSON.stringify(outputs) };
}

export function tasksOf(run: Run, { of }: ExportPlan): readonly TaskPlan[] {
  if (of.kind === "stage") return run.stageOf(of.hash).tasks;
  return run.plan.assemblies.find(({ name }) => name === of.name)?.members.map(({ task }) => task) ?? [];
}

/** The greatest difference between the runtime's numbers and those of an exported file, over the first clips of the validation part. */
export async function checkExport(run: Run, plan: ExportPlan, path: string, frames: number): Promise<number> {
  const session = await ort.InferenceSession.create(path, { logSeverityLevel: 3 });
  try {
    let greatest = 0;
    for (const { stage, task } of headsOf(run, plan)) {
      greatest = Math.max(greatest, await differenceOf(run, stage, task, session, frames));
    }
    return greatest;
  } finally {
    await session.release();
  }
}

function headsOf(run: Run, { of }: ExportPlan): readonly { readonly stage: StagePlan; readonly task: string }[] {
  if (of.kind === "stage") {
    const stage = run.stageOf(of.hash);
    return stage.tasks.map(({ name }) => ({ stage, task: name }));
  }
  const assembly = run.plan.assemblies.find(({ name }) => name === of.name);
  return (assembly?.members ?? []).flatMap(({ task, stream }) => {
    let inner = stream;
    while (inner.kind !== "head" && inner.kind !== "mean") inner = inner.stream;
    return inner.kind === "head" ? [{ stage: run.stageOf(inner.stage), task: task.name }] : [];
  });
}

/** Runs the file on rows as the stage saw them: windows of its clip, or single frames. */
async function differenceOf(run: Run, stage: StagePlan, task: string, session: ort.InferenceSession, frames: number): Promise<number> {
  const data = await run.dataOf(stage.data);
  const table = data.parts.get("val");
  const [field] = stage.fields;
  if (table === undefined || field === undefined) return 0;
  const length = stage.clip?.length ?? 1;
  // Whole windows of the first video, so that the runtime's answer for these rows has no other window in it.
  const inVideo = Array.from(table.video).findIndex((video) => video !== table.video[0]);
  const count = Math.floor(Math.min(frames, inVideo < 0 ? table.rows : inVideo) / length) * length;
  const rows = Int32Array.from({ length: count }, (_, i) => i);
  const images = new ImageSource(table, {
    folder: data.folderOf(field),
    size: stage.data.fields.get(field)?.size ?? 1,
    augment: [],
    seed: 0,
    skipBad: true,
  });
  try {
    const pixels = channelsFirst(await images.images(rows, undefined), images.size);
    const timed = session.inputNames.length > 0 && needsTime(run, session, field);
    const shape = timed ? [count / length, length, 3, images.size, images.size] : [count, 3, images.size, images.size];
    const results = await session.run({ [field]: new ort.Tensor("float32", pixels, shape) });
    const found = results[task]?.data;
    const expected = await run.predict(stage, task, "val");
    if (!(found instanceof Float32Array) || (stage.clip !== undefined && stage.clip.hop < length)) return 0;
    return found.reduce((most, value, i) => Math.max(most, Math.abs(value - (expected[i] ?? 0))), 0);
  } finally {
    await images.close();
  }
}

function needsTime(run: Run, session: ort.InferenceSession, field: string): boolean {
  const inputs = run.plan.exports.flatMap((plan) => inputsOf(plan.graph()));
  return session.inputNames.includes(field) && inputs.some(({ source, type }) => source.name === field && type.shape.length === 5);
}

/** Bytes [n, side, side, 3] as numbers [n, 3, side, side] in 0..1. */
export function channelsFirst(bytes: Uint8Array, side: number): Float32Array {
  const area = side * side;
  const result = new Float32Array(bytes.length);
  for (let start = 0; start < bytes.length; start += 3 * area) {
    for (let i = 0; i < area; i += 1) {
      for (let c = 0; c < 3; c += 1) result[start + c * area + i] = (bytes[start + 3 * i + c] ?? 0) / 255;
    }
  }
  return result;
}
