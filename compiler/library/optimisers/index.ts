import type { GraphBuilder } from "../../ir/builder.ts";
import type { Value } from "../../ir/graph.ts";
import { adam, adamw } from "./adam.ts";
import { sgd } from "./sgd.ts";

export type Settings = Readonly<Record<string, number>>;

export interface UpdateInputs {
  readonly parameter: Value;
  readonly gradient: Value;
  readonly slots: readonly Value[];
  /** In the order of the rule's `scalars`. */
  readonly scalars: readonly Value[];
  readonly settings: Settings;
}

/** What a group of parameters is given in one step. */
export interface StepNumbers {
  /** From 1. */
  readonly step: number;
  readonly rate: number;
  readonly weightDecay: number;
  /** What gradients are multiplied with, for clipping. */
  readonly gradientScale: number;
}

/** One optimiser, defined once: an elementwise graph, from which every engine gets its update. */
export interface OptimiserRule {
  /** Its memory for every parameter, each beginning at 0. */
  readonly slots: readonly string[];
  /** Numbers that change from step to step, each with its formula over step (from 1), rate, weight_decay and the settings. */
  readonly scalars: readonly { readonly name: string; readonly formula: string }[];
  numbers(step: StepNumbers, settings: Settings): readonly number[];
  update(g: GraphBuilder, inputs: UpdateInputs): { readonly parameter: Value; readonly slots: readonly Value[] };
}

export const optimisers = { adamw, adam, sgd } as const satisfies Readonly<Record<string, OptimiserRule>>;
