import type { GraphBuilder } from "../../ir/builder.ts";
import type { Value } from "../../ir/graph.ts";
import { invariant } from "../../ir/invariant.ts";
import type { TaskMeaning } from "../task.ts";
import { asymmetric } from "./asymmetric.ts";
import { binaryCrossEntropy } from "./binary-cross-entropy.ts";
import { concordance } from "./concordance.ts";
import { crossEntropy } from "./cross-entropy.ts";
import { divergence } from "./divergence.ts";
import { absoluteError, squaredError } from "./errors.ts";
import { focal } from "./focal.ts";
import { margins } from "./margins.ts";

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
  /** Numbers counted over the training rows, [width] (see FactPlan). */
  readonly counted: (kind: "margins" | "log_shares") => Value;
  /** Every setting of the rule, and what else was given. */
  readonly options: ReadonlyMap<string, number | boolean>;
}

/** A task's output after its activation, and before it where that is known. */
export interface Prediction {
  readonly logits: Value | undefined;
  readonly output: Value;
}

export interface LossRule {
  /** Kinds of tasks it is for. */
  readonly takes: readonly TaskMeaning["kind"][];
  /** Fewer labelled rows than these in a step say nothing. */
  readonly leastRows?: number;
  /** It is for classes too where a row can have several. */
  readonly takesMixtures?: true;
  /** Numbers that it reads, where they are not said. */
  readonly settings?: Readonly<Record<string, number>>;
  /** Arguments that say nothing of the other kinds of tasks. */
  readonly onlyFor?: Readonly<Record<string, TaskMeaning["kind"]>>;
  /** Of two tensors: what each entry of their difference costs. */
  readonly ofTensors?: (g: GraphBuilder, difference: Value) => Value;
  /** Of two predictions of a task: what each entry, or each row, costs. */
  readonly compare?: (g: GraphBuilder, meaning: TaskMeaning, a: Prediction, b: Prediction) => Value;
  /** Of a task and its labels, one number: exactly 0, with zero gradient, when no label is there. */
  readonly build?: (g: GraphBuilder, inputs: LossInputs) => Value;
}

/** A number that a loss's rule has as a setting, as it was given or as it usually is. */
export function numberOf({ options }: LossInputs, name: string): number {
  const value = options.get(name);
  invariant(typeof value === "number", `a loss lacks its ${name}`);
  return value;
}

/** Library losses by name (language rule 52). */
export const losses: Readonly<Record<string, LossRule>> = {
  bce: binaryCrossEntropy,
  ce: crossEntropy,
  ccc: concordance,
  mse: squaredError,
  l1: absoluteError,
  focal,
  asl: asymmetric,
  ldam: margins,
  kl: divergence,
};
