/** What of a plan says what is made of stages' heads, as plain values; part of the contract of `plan.ts`. */
import type { DataPlan, TaskPlan } from "./plan-data.ts";

export interface AssemblyPlan {
  readonly name: string;
  readonly data: DataPlan;
  /** It is made for the test part alone, and judged nowhere: its members may have seen every row that has labels. */
  readonly only?: "test";
  readonly members: readonly MemberPlan[];
}

export interface MemberPlan {
  readonly task: TaskPlan;
  readonly stream: Stream;
}

/** One row of the task's width for every frame. */
export type Stream =
  | { readonly kind: "head"; readonly stage: string; readonly task: string; readonly checkpoint?: string }
  /** Σ weight × stream, or weight × what is fitted × stream. */
  | {
      readonly kind: "blend";
      readonly parts: readonly { readonly weight: number; readonly fit?: Fit; readonly stream: Stream }[];
    }
  /** Of stages of different folds: a row is judged by the one that did not train on it, one of no fold by the mean. */
  | { readonly kind: "folded"; readonly streams: readonly Stream[] }
  | {
      readonly kind: "gaussian" | "box" | "median";
      readonly stream: Stream;
      /** Sigma of the Gaussian, or whole width of the window. */
      readonly width: Span;
      /** Nothing further away than this counts. */
      readonly within: Span | undefined;
    }
  | { readonly kind: "threshold"; readonly stream: Stream; readonly at: readonly number[] | Fit }
  /** A number is added to each class. */
  | { readonly kind: "bias"; readonly stream: Stream; readonly by: readonly number[] | Fit }
  /** A scalar is brought to the mean and the standard deviation of labels. */
  | { readonly kind: "match_moments"; readonly stream: Stream; readonly to: Fit };

export interface Span {
  readonly unit: "frames" | "rows";
  readonly value: number;
}

/** Numbers chosen for the task's score, each label its own or one for all; `folds` video-disjoint parts for cross-fitting. */
export interface Fit {
  readonly from: number;
  readonly to: number;
  readonly by: number;
  readonly each: "label" | "all";
  readonly on: "train" | "val";
  readonly folds: number;
  /** Whose part, where it is not that of what the stream runs over. */
  readonly data?: DataPlan;
}
