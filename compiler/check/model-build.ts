import type { Span } from "../diagnostics/source.ts";
import { GraphBuilder } from "../ir/builder.ts";
import { type Dim, symbol } from "../ir/dim.ts";
import type { Value } from "../ir/graph.ts";
import type { ClipPlan, Initialiser } from "../lower/plan.ts";
import { opRules } from "../ops/index.ts";
import type { ModelData } from "./model-data.ts";
import type { PerFrame } from "./tensors/per-frame.ts";
import type { LayerThing, StageThing, TaskThing, TensorThing, Thing } from "./things.ts";

/** A weight as the model asks for it. */
export interface ParameterBuild {
  readonly path: string;
  readonly shape: readonly number[];
  readonly from: Initialiser;
  readonly value: Value;
  readonly span: Span;
  /** The library function that asks for it, such as `linear`; the kind of the adapter, where one asks for it. */
  readonly layer: string;
}

/** What `adapt` adds to a linear layer (language rule 59). */
export type Adapter =
  /** scale x Aᵀ Bᵀ, A [rank, in] at `<layer>.lora.down`, B [out, rank] at `<layer>.lora.up` (https://arxiv.org/abs/2106.09685). */
  | { readonly kind: "lora"; readonly rank: number; readonly scale: number }
  /** B act(A y + a) + b of what the layer gives, A and a at `<layer>.bottleneck.down`, B and b at `.up` (https://arxiv.org/abs/1902.00751). */
  | { readonly kind: "bottleneck"; readonly width: number; readonly act: "relu" | "gelu" };

/** Whether what asks for a weight is an adapter, of which files of weights know nothing. */
export function isOfAdapter(layer: string): boolean {
  return layer === "lora" || layer === "bottleneck";
}

/** The adapters of a model by the path of their layer. */
export interface Adapters {
  readonly layers: ReadonlyMap<string, Adapter>;
  /** How many mistakes were met: then one may be missing. */
  readonly mistakes: number;
}

export const noAdapters: Adapters = { layers: new Map(), mistakes: 0 };

/** A running statistic and its value after a step. */
export interface StateBuild {
  readonly path: string;
  readonly shape: readonly number[];
  readonly start: number;
  readonly value: Value;
  next: Value | undefined;
}

export interface HeadBuild {
  readonly task: TaskThing;
  readonly logits: TensorThing;
  readonly span: Span;
}

/** Another stage's tensor, as this model reads it. */
export interface FeatureBuild {
  readonly input: string;
  readonly producer: StageThing;
  /** Which of its checkpoints, where it has one for each name. */
  readonly checkpoint: string | undefined;
  /** The name in the producer's model. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly value: TensorThing;
}

/** A network of an ONNX file as this model runs it: frozen, on pictures as they are. */
export interface NetworkBuild {
  /** Of the layer, with a number behind it where the layer was sent other pictures before. */
  readonly path: string;
  /** As the spec names it. */
  readonly file: string;
  /** What is sent to it, [batch, (time), c, h, w]. */
  readonly picture: Value;
  /** The same of frames by themselves, [batch, c, h, w]. */
  readonly frame: PerFrame;
  /** How many numbers its weights are, where its file could be looked at. */
  readonly weights: number | undefined;
  /** The inputs of the model's graph that stand for its outputs; `output` is the file's name of one, undefined for the only one. */
  readonly outputs: readonly {
    readonly input: string;
    readonly output: string | undefined;
    readonly dims: readonly number[];
  }[];
}

/** A model in the making: one graph, and everything by path. Batch and time are symbols. */
export interface ModelBuild {
  readonly stage: StageThing;
  readonly data: ModelData;
  readonly g: GraphBuilder;
  readonly batch: Dim;
  /** The symbol of the clip's length; undefined without a clip. */
  readonly time: Dim | undefined;
  readonly clip: ClipPlan | undefined;
  readonly adapters: Adapters;
  readonly parameters: Map<string, ParameterBuild>;
  readonly states: Map<string, StateBuild>;
  readonly heads: Map<string, HeadBuild>;
  /** Tasks whose head has a mistake: what reads it would only repeat that. */
  readonly brokenHeads: Set<string>;
  /** Where the text has the head of a task by its name and without a condition, made yet or not. */
  readonly writtenHeads: Map<string, Span>;
  readonly fields: Map<string, TensorThing>;
  readonly features: Map<string, FeatureBuild>;
  /** By their paths. */
  readonly networks: Map<string, NetworkBuild>;
  /** Encoders of the file that the model uses, by name. */
  readonly encoders: Map<string, LayerThing>;
  /** Layers of finished stages that run here as they are, by the front of their paths here. */
  readonly borrowed: Map<string, StageThing>;
  /** Schedules inside the model or its loss, by the name of their input. */
  readonly schedules: Map<string, Thing>;
  streams: number;
  /** Whether anything works over the axis `time`. */
  overTime: boolean;
  /** Whether a statement was given up because of a mistake. */
  refused: boolean;
}

/** A stage after phase 4. */
export interface StageBuild {
  readonly stage: StageThing;
  readonly model: ModelBuild;
  /** Names of the model's body. */
  readonly names: ReadonlyMap<string, Thing>;
  /** What decides the model: stages that agree in it have the same. Undefined where that is not known. */
  readonly key: string | undefined;
}

export function newModelBuild(
  stage: StageThing,
  data: ModelData,
  clip: ClipPlan | undefined,
  frames: number | undefined,
  adapters: Adapters = noAdapters,
): ModelBuild {
  return {
    adapters,
    stage,
    data,
    g: new GraphBuilder(opRules),
    batch: symbol("batch"),
    time: clip === undefined ? undefined : (frames ?? symbol("time")),
    clip,
    parameters: new Map(),
    states: new Map(),
    heads: new Map(),
    brokenHeads: new Set(),
    writtenHeads: new Map(),
    fields: new Map(),
    features: new Map(),
    networks: new Map(),
    encoders: new Map(),
    borrowed: new Map(),
    schedules: new Map(),
    streams: 0,
    overTime: false,
    refused: false,
  };
}

/** 1 for a real frame and 0 for padding, [batch, time]; only with a clip. */
export function presentOf(build: ModelBuild): Value {
  return build.g.input("present", "present", {
    dtype: "float32",
    shape: build.time === undefined ? [build.batch] : [build.batch, build.time],
  });
}

/** Two int32 that random ops start from. */
export function randomSeed(build: ModelBuild): Value {
  return build.g.input("seed", "seed", { dtype: "int32", shape: [2] });
}

/** What one task's label or mask input is: [batch, time, width]. */
export function labelInput(build: ModelBuild, role: "label" | "mask", task: string, width: number): TensorThing {
  const lead = build.time === undefined ? [build.batch] : [build.batch, build.time];
  const wire = build.g.input(role, `${task}.${role}`, { dtype: "float32", shape: [...lead, width] });
  return { kind: "tensor", wire, batched: true, axes: build.time === undefined ? ["k"] : ["time", "k"] };
}
