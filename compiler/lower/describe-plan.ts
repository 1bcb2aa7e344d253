import type { Duration, ParameterPlan, Plan, StagePlan, Stream, WeightSource } from "./plan.ts";
import type { ExportPlan } from "./plan-outputs.ts";

/** How many numbers the weights have. */
export function weightCount(parameters: readonly Pick<ParameterPlan, "shape">[]): number {
  return parameters.reduce((sum, { shape }) => sum + shape.reduce((product, dim) => product * dim, 1), 0);
}

/** 85.7 M, 12.3 k. */
export function counted(count: number): string {
  for (const [unit, size] of units) if (count >= size) return `${(count / size).toFixed(count >= 1e9 ? 2 : 1)} ${unit}`;
  return String(Math.round(count));
}

const units = [
  ["T", 1e12],
  ["G", 1e9],
  ["M", 1e6],
  ["k", 1e3],
] as const;

/** What a person calls an export: its assembly, or its stage. */
export function exportName({ stages }: Plan, { of }: ExportPlan): string {
  if (of.kind === "assembly") return of.name;
  return stages.find(({ hash }) => hash === of.hash)?.label ?? of.hash;
}

/** Where a weight begins, in a few words: a stage, a file, or how it is drawn. */
export function sourceText(from: WeightSource, nameOf: (stage: string) => string): string {
  switch (from.kind) {
    case "stage":
      return nameOf(from.stage);
    case "file":
      return from.file;
    case "constant":
      return from.value === 0 ? "zeros" : from.value === 1 ? "ones" : `constant ${from.value}`;
    case "normal":
      return `normal(${from.deviation})`;
    case "uniform":
      return `uniform(${Number(from.bound.toPrecision(3))})`;
  }
}

/** Hashes of the stages that some weights of a stage start from. */
export function sourceStages({ parameters, states }: Pick<StagePlan, "parameters" | "states">): readonly string[] {
  return [...new Set([...parameters, ...states].flatMap(({ from }) => (from.kind === "stage" ? [from.stage] : [])))];
}

/** What a stage reads of others: their tensors, and labels that they fill in. */
export function readsOf({ features, fills }: Pick<StagePlan, "features" | "fills">): readonly Read[] {
  return [
    ...features.map(({ stage, tensor }): Read => ({ stage, tensor })),
    ...fills.map(({ stage, task }): Read => ({ stage, tensor: `${task} as labels` })),
  ];
}

interface Read {
  readonly stage: string;
  readonly tensor: string;
}

/** Hashes of the stages whose heads a stream is made of. */
export function stagesOf(stream: Stream): readonly string[] {
  if (stream.kind === "head") return [stream.stage];
  if (stream.kind === "blend") return stream.parts.flatMap((part) => stagesOf(part.stream));
  return "streams" in stream ? stream.streams.flatMap(stagesOf) : stagesOf(stream.stream);
}

/** What is done to a stream after its stages, in words, first to last. */
export function stepsOf(stream: Stream): readonly string[] {
  switch (stream.kind) {
    case "head":
      return [];
    case "blend":
      return ["blend"];
    case "folded":
      return ["folded"];
    case "threshold":
      return [...stepsOf(stream.stream), "from" in stream.at ? "fitted threshold" : "threshold"];
    case "bias":
      return [...stepsOf(stream.stream), "from" in stream.by ? "fitted bias" : "bias"];
    case "match_moments":
      return [...stepsOf(stream.stream), "matched moments"];
    default:
      return [...stepsOf(stream.stream), `${stream.kind} ${stream.width.value} ${stream.width.unit}`];
  }
}

/** What people call trainings, by hash; of stages that are one training, the first in the plan. */
export function labelsByHash(stages: readonly Pick<StagePlan, "hash" | "label">[]): ReadonlyMap<string, string> {
  return new Map(stages.toReversed().map(({ hash, label }) => [hash, label]));
}

/** A duration as people say it. */
export function durationText({ value, unit }: Duration): string {
  return `${value} ${value === 1 ? unit.replace(/s$/, "") : unit}`;
}

/** What a stage's weights are called where those of several stages are: its hash, and which of its checkpoints. */
export function weightsName(hash: string, checkpoint: string | undefined): string {
  return checkpoint === undefined ? hash : `${hash}[${checkpoint}]`;
}

/** The other way round. */
export function readWeightsName(name: string): { readonly hash: string; readonly checkpoint: string | undefined } {
  const [, hash = name, checkpoint] = /^(\w+)(?:\[(.*)\])?$/.exec(name) ?? [];
  return { hash, checkpoint };
}
