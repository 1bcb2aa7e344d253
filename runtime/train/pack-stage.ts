import { join } from "node:path";
import { torchName } from "../../compiler/emit/torch/torch-name.ts";
import type { Graph } from "../../compiler/ir/graph.ts";
import type { ClipPlan, StagePlan } from "../../compiler/lower/plan.ts";
import type { TaskPlan } from "../../compiler/lower/plan-data.ts";
import { writeSafetensors } from "../checkpoints/safetensors.ts";
import { writeAtomically } from "../checkpoints/write-atomically.ts";
import { clipWindows, repeatedRow, singleRows, type Windows } from "../data/clips/clip-windows.ts";
import { type Part, tableOf } from "../data/open-data.ts";
import type { Tensor, Tensors } from "../engines/engine.ts";
import { chosenRows } from "./chosen-rows.ts";
import { countFacts } from "./count-facts.ts";
import { initialWeights, type KeptOf } from "./initial-weights.ts";
import { fieldsRead, type StageInputs, stageLoader } from "./stage-data.ts";
import { StageError } from "./stage-error.ts";

/** A shard is closed before it gets larger. */
const shardBytes = 256 << 20;
const framesAtOnce = 256;

/** One part of packed data: frames in shards, clips as places among the frames. */
interface PackedPart {
  readonly frames: number;
  readonly clips: number;
  readonly length: number;
  readonly shards: readonly { readonly file: string; readonly frames: number }[];
}

/**
 * Writes everything that a training of a stage reads as safetensors files and one `pack.json`: frames once each and not augmented, with
 * labels, masks and stored features; clips as rows among them; first weights; counted facts. Gives how many frames and bytes.
 */
export async function packStage(
  plan: StagePlan,
  inputs: StageInputs,
  keptOf: KeptOf,
  folder: string,
): Promise<{ readonly frames: number; readonly parts: Readonly<Record<string, PackedPart>> }> {
  const table = tableOf(inputs.data, "train");
  const rows = chosenRows(table, plan.rows);
  const parts: Record<string, PackedPart> = { train: await packPart(plan, inputs, "train", rows, plan.clip, folder) };
  if (inputs.data.parts.has("val") && plan.tasks.length > 0) {
    const all = Int32Array.from({ length: tableOf(inputs.data, "val").rows }, (_, row) => row);
    parts["val"] = await packPart(plan, inputs, "val", all, plan.evaluate.clip, folder);
  }
  const first = initialWeights([...plan.parameters, ...plan.states], plan.seed, keptOf);
  const start = new Map([
    ...[...first].map(([path, tensor]): [string, Tensor] => [`weights/${torchName(path)}`, tensor]),
    ...[...countFacts(plan.facts, table, rows)].map(([name, tensor]): [string, Tensor] => [`facts/${name}`, tensor]),
  ]);
  writeSafetensors(join(folder, "start.safetensors"), start, {});
  writeAtomically(join(folder, "pack.json"), [
    new TextEncoder().encode(`${JSON.stringify(settings(plan, parts), null, 1)}\n`),
  ]);
  return { frames: Object.values(parts).reduce((sum, { frames }) => sum + frames, 0), parts };
}

async function packPart(
  plan: StagePlan,
  inputs: StageInputs,
  part: Part,
  rows: Int32Array,
  clip: ClipPlan | undefined,
  folder: string,
): Promise<PackedPart> {
  if (clip?.whole === true && plan.clip?.pad !== "mask")
    throw new StageError(
      plan.label,
      "packed, whole videos are padded to the longest, and without `pad: mask` its model sees what they are padded with",
    );
  const table = tableOf(inputs.data, part);
  const windows = clip === undefined ? singleRows(rows) : clipWindows(table, clip, rows);
  writeSafetensors(join(folder, `${part}-clips.safetensors`), clipTensors(windows, rows, clip?.pad ?? "repeat"), {});
  const shards = await writeShards(plan, inputs, part, rows, plan.tasks, folder);
  return { frames: rows.length, clips: windows.count, length: windows.length, shards };
}

/** Places of clips among the packed frames: `rows`, −1 for padding, and `shown`, what padded places show; each frame's row in the annotations. */
function clipTensors(windows: Windows, rows: Int32Array, pad: ClipPlan["pad"]): Tensors {
  const places = new Map([...rows].map((row, i) => [row, i]));
  const placeOf = (row: number) => places.get(row) ?? -1;
  const { count, length } = windows;
  const own = windows.rows.slice(0, count * length);
  const shown = own.map((row, i) =>
    row >= 0 || pad === "zero" ? row : repeatedRow(windows, Math.floor(i / length), i % length),
  );
  const shape = [count, length];
  return new Map<string, Tensor>([
    ["rows", { dtype: "int32", shape, data: own.map(placeOf) }],
    ["shown", { dtype: "int32", shape, data: shown.map(placeOf) }],
    ["numbers", { dtype: "int32", shape: [rows.length], data: rows }],
  ]);
}

async function writeShards(
  plan: StagePlan,
  inputs: StageInputs,
  part: Part,
  rows: Int32Array,
  tasks: readonly TaskPlan[],
  folder: string,
): Promise<PackedPart["shards"]> {
  const { loader, close } = stageLoader(plan, inputs, {
    part,
    rows,
    clip: undefined,
    batch: framesAtOnce,
    training: false,
    tasks,
    graphs: [packedFor(plan)],
  });
  const shards: { file: string; frames: number }[] = [];
  let held: Tensors[] = [];
  let [bytes, frames] = [0, 0];
  const flush = () => {
    if (held.length === 0) return;
    const file = `${part}-${String(shards.length).padStart(5, "0")}.safetensors`;
    writeSafetensors(join(folder, file), joined(held), {});
    shards.push({ file, frames });
    held = [];
    [bytes, frames] = [0, 0];
  };
  try {
    for (let i = 0; i < loader.steps; i += 1) {
      const { feeds, windows } = await loader.at(0, i);
      const wanted = new Map([...feeds].filter(([name]) => name !== "present"));
      held.push(wanted);
      frames += windows;
      bytes += [...wanted.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
      if (bytes >= shardBytes) flush();
      inputs.onPass(part, i + 1, loader.steps);
    }
    flush();
  } finally {
    await close();
  }
  return shards;
}

/** What PyTorch computes of packed data: heads and loss. */
function packedFor(plan: StagePlan): Graph {
  const { heads, terms } = plan.graphs.forward();
  return { name: "forward", outputs: [...heads, ...terms] };
}

/** Tensors of many batches as one, along the first axis. */
function joined(batches: readonly Tensors[]): Tensors {
  const [first = new Map<string, Tensor>()] = batches;
  return new Map(
    [...first].map(([name, { dtype, shape }]) => {
      const parts = batches.flatMap((batch) => batch.get(name) ?? []);
      const count = parts.reduce((sum, part) => sum + (part.shape[0] ?? 0), 0);
      return [name, { dtype, shape: [count, ...shape.slice(1)], data: concatenated(parts.map(({ data }) => data)) }];
    }),
  );
}

function concatenated(parts: readonly Tensor["data"][]): Tensor["data"] {
  const bytes = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const { buffer, byteOffset, byteLength } of parts) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return parts[0] instanceof Float32Array ? new Float32Array(bytes.buffer) : bytes;
}

/** What `train.py` goes by. */
function settings(plan: StagePlan, parts: Readonly<Record<string, PackedPart>>) {
  const { label, batch, duration, seed, groups, optimiser, maxGradientNorm, ema, evaluate, keep, patience } = plan;
  return {
    stage: label,
    hash: plan.hash,
    parts,
    tasks: plan.tasks,
    fields: fieldsRead(plan, [packedFor(plan)]),
    augment: plan.augment,
    time: plan.clip !== undefined,
    batch,
    duration,
    seed,
    optimiser,
    maxGradientNorm: maxGradientNorm ?? null,
    ema: ema ?? null,
    sharpness: plan.sharpness ?? null,
    precision: plan.precision ?? "fp32",
    groups: groups.map((group, i) => ({
      ...group,
      weights: plan.parameters.flatMap((each) => (each.group === i ? [torchName(each.path)] : [])),
    })),
    scalars: Object.fromEntries(plan.scalars),
    evaluate: { every: evaluate.every, weights: evaluate.weights },
    keep,
    patience: patience ?? null,
  };
}
