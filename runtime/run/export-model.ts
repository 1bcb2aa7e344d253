import { basename, dirname, join } from "node:path";
import { emitOnnxPieces } from "../../compiler/emit/onnx/emit-onnx.ts";
import { GraphBuilder } from "../../compiler/ir/builder.ts";
import { printDim } from "../../compiler/ir/dim.ts";
import { type Graph, inputsOf, type Value } from "../../compiler/ir/graph.ts";
import { type NodeRule, rewriteGraph, sameLeaf } from "../../compiler/ir/rewrite.ts";
import type { TaskMeaning } from "../../compiler/library/task.ts";
import { readWeightsName } from "../../compiler/lower/describe-plan.ts";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import type { ExportPlan } from "../../compiler/lower/plan-outputs.ts";
import { weightedHeads } from "../../compiler/lower/weighted-heads.ts";
import { opRules } from "../../compiler/ops/index.ts";
import * as v from "../../compiler/ops/vocabulary.ts";
import { mergedWeight } from "../checkpoints/merged-weight.ts";
import { writeAtomically } from "../checkpoints/write-atomically.ts";
import { linkedNetwork } from "../networks/linked-network.ts";
import type { KeptOf } from "../train/initial-weights.ts";
import type { Run } from "./run-plan.ts";

export interface Exported {
  readonly path: string;
  /** Further files beside it. */
  readonly files: readonly string[];
  readonly bytes: number;
}

/** What an export needs of a run. */
export type Trained = Pick<Run, "plan" | "stageOf" | "keptOf">;

/** A checkpoint holds all that an export is made of. */
const madeAgain = { synced: false };

/** Writes the inference graph of an export with the kept weights inside, and beside it what is too large for one file. */
export function exportModel(run: Trained, plan: ExportPlan, path: string): Exported {
  const exported = plan.graph();
  const graph = withWeights(exported, (hash, checkpoint) => run.keptOf(hash, checkpoint));
  const { pieces, external } = emitOnnxPieces(graph, {
    opset: plan.opset,
    networks: exported.networks.map(linkedNetwork),
    metadata: metadataOf(run, plan, graph),
    externalName: `${basename(path)}.data`,
  });
  const files: string[] = [];
  if (external !== undefined) {
    const beside = join(dirname(path), external.name);
    writeAtomically(beside, external.pieces, madeAgain);
    files.push(beside);
  }
  writeAtomically(path, pieces, madeAgain);
  return { path, files, bytes: pieces.reduce((sum, piece) => sum + piece.byteLength, 0) };
}

/**
 * Parameters are named `<stage hash>/<path>` in the graph; each becomes a constant with its stage's kept value. A low-rank adapter becomes
 * part of the weight that it is added to.
 */
function withWeights(graph: Graph, keptOf: KeptOf): Graph {
  const merged = new Map<Value, Value>();
  const merging: NodeRule = ({ op, attributes }, [x, weight, down, up, bias], g) => {
    if (op !== "adapted_linear" || x === undefined) return undefined;
    const { scale } = attributes;
    if (weight === undefined || down === undefined || up === undefined || typeof scale !== "number") return undefined;
    const known = merged.get(weight) ?? mergedConstant(g, weight, down, up, scale);
    merged.set(weight, known);
    return [v.linear(g, x, known, bias)];
  };
  return rewriteGraph(graph, new GraphBuilder(opRules), merging, (leaf, g) => {
    if (leaf.source.kind !== "input" || (leaf.source.role !== "parameter" && leaf.source.role !== "state"))
      return sameLeaf(leaf, g);
    const slash = leaf.source.name.indexOf("/");
    const { hash, checkpoint } = readWeightsName(leaf.source.name.slice(0, slash));
    const path = leaf.source.name.slice(slash + 1);
    const tensor = keptOf(hash, checkpoint).get(path);
    if (tensor === undefined) throw new Error(`the stage has no weight ${path}`);
    const which = checkpoint === undefined ? "" : `.${checkpoint}`;
    const name = `${path.replace(/\[(\d+)\]/g, ".$1")}@${hash.slice(0, 8)}${which}`;
    return g.constant(tensor.dtype, tensor.shape, tensor.data, name);
  });
}

function mergedConstant(g: GraphBuilder, weight: Value, down: Value, up: Value, scale: number): Value {
  const [w, a, b] = [weight, down, up].map(({ source }) => {
    if (source.kind === "constant" && source.data instanceof Float32Array) return source.data;
    throw new Error("an exported model's weights are constants");
  });
  if (w === undefined || a === undefined || b === undefined) throw new Error("an adapter has two weights");
  const shape = weight.type.shape.filter((size) => typeof size === "number");
  const name = weight.source.kind === "constant" ? weight.source.name : undefined;
  return g.constant("float32", shape, mergedWeight(w, a, b, scale), name);
}

/** What a user of the file must know: what goes in, what each output means, and of which windows a video's frames are judged. */
function metadataOf(run: Trained, plan: ExportPlan, graph: Graph): Readonly<Record<string, string>> {
  const heads = outputsOf(run, plan);
  const outputs: Record<string, unknown> = Object.fromEntries(
    heads.map(({ name, meaning }) => [
      name,
      meaning.kind === "scalar"
        ? { kind: meaning.kind, min: meaning.min, max: meaning.max }
        : { kind: meaning.kind, names: meaning.names },
    ]),
  );
  for (const { name, shape } of plan.include) outputs[name] = { kind: "tensor", shape };
  const stages = heads.flatMap(({ parts }) => parts.map(({ stage }) => stage));
  const isPicture = (name: string) => stages.some(({ data }) => data.fields.get(name)?.kind === "images");
  const inputs = inputsOf(graph).map(({ source: { name, role }, type }) => {
    const numbers = isPicture(name) ? "RGB in 0..1" : "as they are stored";
    const is = role === "present" ? "1 for a frame, 0 for what fills a clip up" : numbers;
    return [name, { type: type.dtype, shape: type.shape.map(printDim), is }];
  });
  const clips = stages.flatMap(({ label, evaluate: { clip, merge } }) =>
    clip === undefined ? [] : [[label, { ...clip, merge }] as const],
  );
  return {
    inputs: JSON.stringify(Object.fromEntries(inputs)),
    outputs: JSON.stringify(outputs),
    ...(clips.length === 0 ? {} : { clips: JSON.stringify(Object.fromEntries(clips)) }),
  };
}

/** An output of an exported model under a task's name: heads of stages, weighted and summed. */
export interface ExportedOutput {
  readonly name: string;
  readonly meaning: TaskMeaning;
  readonly parts: readonly {
    readonly weight: number;
    readonly stage: StagePlan;
    readonly checkpoint: string | undefined;
    readonly task: string;
  }[];
}

export function outputsOf(run: Trained, { of }: ExportPlan): readonly ExportedOutput[] {
  if (of.kind === "stage") {
    const stage = run.stageOf(of.hash);
    return stage.tasks.map(({ name, meaning }) => ({
      name,
      meaning,
      parts: [{ weight: 1, stage, checkpoint: of.checkpoint, task: name }],
    }));
  }
  const assembly = run.plan.assemblies.find(({ name }) => name === of.name);
  return (assembly?.members ?? []).map(({ task, stream }) => {
    return {
      name: task.name,
      meaning: task.meaning,
      parts: weightedHeads(stream).map(({ weight, head }) => ({
        weight,
        stage: run.stageOf(head.stage),
        checkpoint: head.checkpoint,
        task: head.task,
      })),
    };
  });
}
