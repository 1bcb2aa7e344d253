import { basename, dirname, join } from "node:path";
import { emitOnnxPieces } from "../../compiler/emit/onnx/emit-onnx.ts";
import { GraphBuilder } from "../../compiler/ir/builder.ts";
import type { Graph } from "../../compiler/ir/graph.ts";
import { rewriteGraph, sameLeaf } from "../../compiler/ir/rewrite.ts";
import type { TaskMeaning } from "../../compiler/library/task.ts";
import type { ExportPlan, StagePlan } from "../../compiler/lower/plan.ts";
import { weightedHeads } from "../../compiler/lower/weighted-heads.ts";
import { opRules } from "../../compiler/ops/index.ts";
import { writeAtomically } from "../checkpoints/write-atomically.ts";
import type { Tensors } from "../engines/engine.ts";
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
  const graph = withWeights(plan.graph(), (name) => run.keptOf(name));
  const { pieces, external } = emitOnnxPieces(graph, {
    opset: plan.opset,
    metadata: metadataOf(run, plan),
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

/** Parameters are named `<stage hash>/<path>` in the graph; each becomes a constant with its stage's kept value. */
function withWeights(graph: Graph, keptOf: (stage: string) => Tensors): Graph {
  return rewriteGraph(graph, new GraphBuilder(opRules), undefined, (leaf, g) => {
    if (leaf.source.kind !== "input" || (leaf.source.role !== "parameter" && leaf.source.role !== "state"))
      return sameLeaf(leaf, g);
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
function metadataOf(run: Trained, plan: ExportPlan): Readonly<Record<string, string>> {
  const outputs = Object.fromEntries(
    exportedOutputs(run, plan).map(({ name, meaning }) => [
      name,
      meaning.kind === "scalar"
        ? { kind: meaning.kind, min: meaning.min, max: meaning.max }
        : { kind: meaning.kind, names: meaning.names },
    ]),
  );
  return { image: "float32 RGB in 0..1, [batch, (time), 3, height, width]", outputs: JSON.stringify(outputs) };
}

/** An output of an exported model, under a task's name: stages' heads, each times its weight, summed. */
export interface ExportedOutput {
  readonly name: string;
  readonly meaning: TaskMeaning;
  readonly heads: readonly { readonly stage: StagePlan; readonly task: string; readonly weight: number }[];
}

export function exportedOutputs(run: Trained, { of }: ExportPlan): readonly ExportedOutput[] {
  if (of.kind === "stage") {
    const stage = run.stageOf(of.hash);
    return stage.tasks.map(({ name, meaning }) => ({ name, meaning, heads: [{ stage, task: name, weight: 1 }] }));
  }
  const assembly = run.plan.assemblies.find(({ name }) => name === of.name);
  return (assembly?.members ?? []).map(({ task: { name, meaning }, stream }) => ({
    name,
    meaning,
    heads: weightedHeads(stream).map(({ head, weight }) => ({
      stage: run.stageOf(head.stage),
      task: head.task,
      weight,
    })),
  }));
}
