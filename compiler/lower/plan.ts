/**
 * What a checked program asks to be done, as plain values and graphs: the contract between the compiler and every runtime.
 * Nothing in it refers to syntax. Everything but the graphs can be written as JSON.
 */

import type { Graph, GraphOutput, Value } from "../ir/graph.ts";
import type { BalancerName } from "../library/balancers.ts";
import type { Augmentation } from "./plan-augment.ts";
import type { DataPlan, TaskPlan } from "./plan-data.ts";
import type { NetworkUse } from "./plan-networks.ts";
import type { ExportPlan, SubmissionPlan } from "./plan-outputs.ts";
import type { WeightSource } from "./plan-weights.ts";

export type { FileSource, Initialiser, WeightSource } from "./plan-weights.ts";

import type { AssemblyPlan } from "./plan-streams.ts";

export type { AssemblyPlan, Fit, MemberPlan, Span, Stream } from "./plan-streams.ts";

import type { HidePlan, MixPlan, ViewPlan } from "./plan-looks.ts";
import type { ChoicePlan, SweepPlan } from "./plan-sweeps.ts";

export type { HidePlan, MixPlan, ViewPlan } from "./plan-looks.ts";
export type { ChoicePlan, SearchPlan, SweepPlan, Waiting } from "./plan-sweeps.ts";

export interface Plan {
  /** All stages that something asked for needs, each after those it needs. */
  readonly stages: readonly StagePlan[];
  readonly assemblies: readonly AssemblyPlan[];
  readonly exports: readonly ExportPlan[];
  readonly sweeps: readonly SweepPlan[];
  readonly submissions: readonly SubmissionPlan[];
  /** In an order in which each waits for none behind it. */
  readonly choices: readonly ChoicePlan[];
}

export interface StagePlan {
  /** 64 hex digits over everything written that decides the result; the data's content is not in it. */
  readonly hash: string;
  /** What a person calls it: the name it is bound to, else what makes it, such as `alone(au)`. Two stages of one plan differ in it. */
  readonly label: string;
  /** What makes it, whatever it is bound to. */
  readonly call: string;
  /** Every default written out, as text for people. */
  readonly resolved: string;
  readonly data: DataPlan;
  readonly tasks: readonly TaskPlan[];
  /** Names of the data's fields that the model reads. */
  readonly fields: readonly string[];
  /** Tensors of other stages that the graphs read. */
  readonly features: readonly FeatureUse[];
  /** Networks of ONNX files whose outputs the graphs read; absent where there are none. */
  readonly networks?: readonly NetworkUse[];
  /** What other stages fill in where labels of the training part are missing. */
  readonly fills: readonly FillPlan[];
  readonly clip: ClipPlan | undefined;
  readonly rows: RowRule;
  readonly augment: readonly Augmentation[];
  /** Frames, or clips if there is a clip, in one step. */
  readonly batch: number;
  readonly duration: Duration;
  readonly seed: number;
  readonly parameters: readonly ParameterPlan[];
  readonly states: readonly StatePlan[];
  readonly groups: readonly GroupPlan[];
  readonly optimiser: OptimiserPlan;
  readonly maxGradientNorm: number | undefined;
  /** Decay of the moving average of the weights, if one is kept. */
  readonly ema: number | undefined;
  readonly evaluate: EvaluatePlan;
  readonly keep: KeepPlan;
  readonly patience: Duration | undefined;
  /** Inputs with role `scalar`: a number of this schedule in every step, by input name. */
  readonly scalars: ReadonlyMap<string, Schedule>;
  /** Inputs with role `fact`: numbers counted from the valid training rows, by input name. */
  readonly facts: ReadonlyMap<string, FactPlan>;
  /** Titles of the pictures that a report has of it, which decide nothing. */
  readonly shown: readonly string[];
  /** Names of the loss's terms. */
  readonly terms: readonly string[];
  /** How the terms are weighed against each other while training, one after the other; absent if they are not. */
  readonly balance?: readonly BalancerPlan[];
  /** How a training draws its rows; absent where each comes once an epoch. */
  readonly sample?: SamplerPlan;
  /** Each data set's share of a batch, in the order of `data.joined`; absent where there is one. */
  readonly blend?: readonly Schedule[];
  /** Fields that are absent at random in a training; absent where none is. */
  readonly hide?: readonly HidePlan[];
  /** How windows of a batch are mixed in a training, one rule for each batch; absent where they are not. */
  readonly mix?: readonly MixPlan[];
  /**
   * In the order of the text, passes over the rows of a batch, each with its own random changes; absent where a batch is seen once. The
   * inputs of the training graph are then called `<view>/<input>` where they are fields, features, labels, masks, present or seed.
   */
  readonly views?: ReadonlyMap<string, ViewPlan>;
  /** In how many equal passes a batch is computed; absent where it is one. Batch statistics are then those of a pass. */
  readonly accumulate?: number;
  /** How far from the weights, up the loss, a step takes its gradients (arXiv 2010.01412); absent where it takes them at the weights. */
  readonly sharpness?: number;
  /** What products are computed in, where it is not float32. */
  readonly precision?: "bf16";
  /** Of the graph that makes a named tensor: with the stage's own hash it decides the tensor's values. */
  readonly tensorHash: (name: string) => string;
  readonly graphs: StageGraphs;
}

/**
 * Graphs are made when asked for. `B` is the batch, `T` the clip's length; without a clip there is no `T`. Inputs by role and name:
 * - field `<field>`: images uint8 [B, T, height, width, 3], stored features float32 [B, T, ..dims];
 * - feature `<FeatureUse.input>`, or that of an output of a network: float32 [B, T, ..];
 * - present `present`: float32 [B, T], 1 for a real frame and 0 for padding;
 * - label `<task>.label`: float32 [B, T, width]; mask `<task>.mask`: float32 [B, T, mask width];
 * - seed `seed`: int32 [2], each below 2^20;
 * - scalar `balance/<term>`: a balanced term's factor for all weights; `share/<term>`: another for the weights that terms share;
 * - fact, scalar, parameter and state under the names that the plan lists.
 */
export interface StageGraphs {
  /**
   * The trained stage's gradient graph at one size: outputs `loss`, `loss/<term>`, `gradient/<path>`, `state/<path>`. `held` tells of
   * weights that are trained since a time whether they are still frozen; without it none is.
   */
  training(size: { readonly batch: number; readonly time: number | undefined }, held?: Held): Graph;
  /**
   * Of a stage with a balance, what its balancers look at, in the same mode and of the same random draws: `loss/<term>` of each balanced
   * term, and if one asks for it `gram/<i>/<j>`, i ≤ j: inner products of the gradients of two terms, by their places in `balanced`, over
   * the weights that they share.
   */
  balance(size: { readonly batch: number; readonly time: number | undefined }, held?: Held): Graph;
  /** Evaluation mode, batch and time symbolic: output `<task>` for every head, after its activation. */
  evaluation(): Graph;
  /** Evaluation mode, batch (and time) symbolic: the named tensor, as output `<name>`. */
  feature(name: string): Graph;
  /**
   * Of a stage that computes a batch in passes, batch and time symbolic: outputs `whole/<number>`, sums of weights that means of its loss
   * are over, whatever the weights of the model. Divided by the number of passes, those of a whole batch are the inputs of the same
   * name of the training graph.
   */
  sums(): Graph;
  /** What is sent to the network at a path, of each frame by itself: output `picture`, float32 [B, c, h, w]. */
  picture(network: string): Graph;
  /** Evaluation mode, batch (and time) symbolic: the pictures [B, (T), c, h, w] in 0..1 that a report shows, by title. */
  pictures(): Graph;
  /** What `keep: least(..)` looks at; without terms in `keep` it has none. */
  judgement(): TermJudgement;
  /** The model and its loss as they were built. */
  forward(): ForwardPass;
}

/** Evaluation mode, batch (and time) symbolic. */
export interface TermJudgement {
  /** The heads as in `evaluation`, and as `seen/<i>` what the terms read of the model. */
  readonly seen: Graph;
  /** `loss/<term>` of the terms that `keep` names: fields `seen/<i>`, and labels, masks, `present` and numbers as in training. */
  readonly terms: Graph;
}

/** A balancer with every setting written out (language rule 54). */
export interface BalancerPlan {
  readonly name: BalancerName;
  /** Names of the terms that it weighs. */
  readonly terms: readonly string[];
  readonly settings: Readonly<Record<string, number>>;
}

export type Held = (since: Duration) => boolean;

/**
 * In training mode, batch and time symbolic, each node with its layer's path (of the loss `loss.<term>`), ids in the order in which the
 * model applies them.
 */
export interface ForwardPass {
  /** The model's name. */
  readonly model: string;
  /** Logits by task; none of a stage with views. */
  readonly heads: readonly GraphOutput[];
  readonly terms: readonly GraphOutput[];
  /** Names of the model's body. */
  readonly names: ReadonlyMap<Value, string>;
  /** Layers that are computed again for the backward pass. */
  readonly recomputed: ReadonlySet<string>;
  /** Running statistics and what they start from. */
  readonly states: ReadonlyMap<string, { readonly shape: readonly number[]; readonly start: number }>;
}

/** A tensor of a finished stage: computed once per frame from the un-augmented frame, a constant for the stage that reads it. */
export interface FeatureUse {
  /** The graph input's name. */
  readonly input: string;
  /** The producer's hash. */
  readonly stage: string;
  /** Which of its checkpoints, where it has one for each name. */
  readonly checkpoint?: string;
  /** The name in the producer's model. */
  readonly tensor: string;
  /** The producer's `tensorHash` of it. */
  readonly made: string;
  /** Sizes per frame. */
  readonly shape: readonly number[];
}

/** Pseudo-labels of a task from a finished stage's head of that task: from a confidence on, else wherever a label is missing. */
export interface FillPlan {
  readonly task: string;
  /** The producer's hash. */
  readonly stage: string;
  /** Which of its checkpoints, where it has one for each name. */
  readonly checkpoint?: string;
  readonly above?: number;
}

export interface ClipPlan {
  readonly length: number;
  readonly hop: number;
  readonly by: "rows" | "frames";
  readonly pad: "repeat" | "zero" | "mask";
  /** A video is cut where frames are further apart. */
  readonly gap: number | undefined;
  /** One clip for each video, of all its rows however many; `length` and `hop` then say nothing. */
  readonly whole?: true;
}

/** Which rows of the training part are used. */
export type RowRule =
  | { readonly kind: "valid"; readonly tasks: readonly string[] }
  | { readonly kind: "any_valid"; readonly tasks: readonly string[] }
  | { readonly kind: "and" | "or"; readonly rules: readonly RowRule[] }
  | { readonly kind: "not"; readonly rule: RowRule };

/**
 * `balanced` draws rows, or clips, with replacement, so that the classes of a task come up equally often: a labelled row weighs
 * n / (k n_c) for n labelled rows, n_c of its class and k classes that occur; a row without a label 1; a clip the mean of its rows.
 */
export interface SamplerPlan {
  readonly kind: "balanced";
  readonly task: string;
}

export interface Duration {
  readonly unit: "epochs" | "steps" | "hours";
  readonly value: number;
}

export interface ParameterPlan {
  /** Also the graph input's name and, dots instead of brackets, the name in weight files. */
  readonly path: string;
  readonly shape: readonly number[];
  readonly from: WeightSource;
  /** Index into `groups`; undefined if frozen. A frozen parameter is an input of the graphs all the same. */
  readonly group: number | undefined;
}

/** Running statistics: they start at `value` or come from elsewhere like a parameter. `frozen` ones never change. */
export interface StatePlan {
  readonly path: string;
  readonly shape: readonly number[];
  readonly from: WeightSource;
  readonly frozen: boolean;
  /** They stand still before. */
  readonly since?: Duration;
}

/** Parameters that are updated with the same numbers. */
export interface GroupPlan {
  readonly rate: Schedule;
  readonly weightDecay: number;
  /** λ of λ Σ w², whose gradient 2 λ w is added to the loss's, before gradients are clipped; absent where there is none. */
  readonly l2?: number;
  /** They are frozen before; the optimiser begins with them then. */
  readonly since?: Duration;
}

/** `name` is that of a rule in compiler/library/optimisers; `settings` its constants, such as beta1, beta2, eps, momentum. */
export interface OptimiserPlan {
  readonly name: "adamw" | "adam" | "sgd";
  readonly settings: Readonly<Record<string, number>>;
}

/**
 * A number that changes in time. With s = the part of the training after the warm-up that is done, from 0 to 1:
 * cosine: floor + (peak - floor)(1 + cos πs)/2; step: peak × factor^⌊t / every⌋;
 * ramp: from `start` to `end` linearly over `over`, then `end`. Warm-up rises linearly from peak / (warm-up steps) to the peak.
 */
export type Schedule =
  | { readonly kind: "constant"; readonly value: number; readonly warmup: Duration | undefined }
  | { readonly kind: "cosine"; readonly peak: number; readonly floor: number; readonly warmup: Duration | undefined }
  | {
      readonly kind: "step";
      readonly peak: number;
      readonly factor: number;
      readonly every: Duration;
      readonly warmup: Duration | undefined;
    }
  | { readonly kind: "ramp"; readonly start: number; readonly end: number; readonly over: Duration }
  /** Multiplied by `factor` where nothing that `keep` looks at has got better for `patience` since it last did, or since the last fall. */
  | {
      readonly kind: "plateau";
      readonly peak: number;
      readonly factor: number;
      readonly patience: Duration;
      readonly warmup: Duration | undefined;
    }
  /** Each value from its time on; the first time is 0. */
  | { readonly kind: "piecewise"; readonly values: readonly number[]; readonly at: readonly Duration[] }
  | { readonly kind: "scaled"; readonly factor: number; readonly schedule: Schedule }
  | { readonly kind: "sum"; readonly left: Schedule; readonly right: Schedule };

export interface EvaluatePlan {
  /** After every so much training. */
  readonly every: Duration;
  readonly clip: ClipPlan | undefined;
  readonly merge: "mean" | "centre" | "first";
  readonly weights: "last" | "ema";
  /**
   * Versions of every frame whose predictions' mean counts, each by its changes, without any as it is; absent where frames are seen once.
   * What is drawn of a version is the same in every evaluation.
   */
  readonly tta?: readonly (readonly Augmentation[])[];
}

export type KeepPlan = KeepOne | { readonly kind: "each"; readonly of: ReadonlyMap<string, KeepOne> };

/** Which step's weights a checkpoint has. */
export type KeepOne =
  | { readonly kind: "last" }
  | { readonly kind: "best"; readonly metric: Metric }
  /** The least value of a term of the loss, over all judged rows at once. */
  | { readonly kind: "least"; readonly term: string };

/** An expression over the scores of tasks, on validation rows. */
export type Metric =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "score" | "accuracy"; readonly task: string }
  | { readonly kind: "+" | "-" | "*" | "/"; readonly left: Metric; readonly right: Metric };

/**
 * Numbers of each class counted over the stage's valid training rows.
 * - `pos_weight`, shape [width]: negatives / positives of each unit;
 * - `balanced`, shape [width] for classes: n / (k n_c), 0 for a class without a row;
 * - `inverse_frequency`: 1 / n_c scaled so that the least (or the mean) is 1.
 * - `balanced` for units, shape [2, width]: n / 2n₊ for positive, n / 2n₋ for negative entries;
 * - `margins`, shape [width]: n_c^(−1/4) scaled so that the greatest is 1, 0 for a class without a row;
 * - `log_shares`, shape [width]: log(n_c / n), a class without a row counted as one.
 */
export interface FactPlan {
  readonly kind:
    | "pos_weight"
    | "balanced"
    | "inverse_frequency_min"
    | "inverse_frequency_mean"
    | "margins"
    | "log_shares";
  readonly task: string;
  readonly shape: readonly number[];
}
