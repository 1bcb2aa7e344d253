import type { GraphBuilder } from "../../ir/builder.ts";
import type { Value } from "../../ir/graph.ts";
import type { TaskMeaning } from "../task.ts";
import { binaryCrossEntropy } from "./binary-cross-entropy.ts";
import { concordance } from "./concordance.ts";
import { crossEntropy } from "./cross-entropy.ts";
import { absoluteError, squaredError } from "./errors.ts";

/** What a loss is made of; all but the weights are [batch, (time), width], the mask's width is 1 for classes and scalars. */
export interface LossInputs {
  readonly meaning: TaskMeaning;
  readonly logits: Value;
  /** After the head's activation. */
  readonly output: Value;
  readonly label: Value;
  /** 0 where a label is missing, else a weight above 0. */
  readonly mask: Value;
  /** Class weights: [width], or [2, width] for units (positive, then negative entries). */
  readonly weight: Value | undefined;
  /** [width]: how much a positive entry counts against a negative one. */
  readonly positiveWeight: Value | undefined;
  readonly options: ReadonlyMap<string, number | boolean>;
}

export interface LossRule {
  /** Kinds of tasks it is for. */
  readonly takes: readonly TaskMeaning["kind"][];
  /** Fewer labelled rows than these in a step say nothing. */
  readonly leastRows?: number;
  /** It is for classes too where a row can have several. */
  readonly takesMixtures?: true;
  /** It compares a task with something else, which must be given. */
  readonly compares?: true;
  /** Checked, and not carried out by this version: `build` is what a gradient's way is judged by. */
  readonly later?: true;
  /** Of two tensors: what each entry of their difference costs. */
  readonly ofTensors?: (g: GraphBuilder, difference: Value) => Value;
  /** One number: exactly 0, with zero gradient, when no label is there. */
  readonly build: (g: GraphBuilder, inputs: LossInputs) => Value;
}

/** Library losses by name (language rule 52). */
export const losses: Readonly<Record<string, LossRule>> = {
  bce: binaryCrossEntropy,
  ce: crossEntropy,
  ccc: concordance,
  mse: squaredError,
  l1: absoluteError,
  focal: { takes: ["units", "classes"], later: true, build: crossEntropyOf },
  asl: { takes: ["units"], later: true, build: binaryCrossEntropy.build },
  ldam: { takes: ["classes"], later: true, build: crossEntropy.build },
  kl: { takes: ["units", "classes"], later: true, compares: true, build: crossEntropyOf },
};

function crossEntropyOf(g: GraphBuilder, inputs: LossInputs): Value {
  return (inputs.meaning.kind === "units" ? binaryCrossEntropy : crossEntropy).build(g, inputs);
}
