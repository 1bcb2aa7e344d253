/** What is tried and chosen by results, as plain values; part of the contract of `plan.ts`. */
import type { Duration, Metric } from "./plan.ts";

/** What is to be chosen by results before what waits for it can be trained. */
export interface ChoicePlan {
  readonly key: string;
  /** Among these, the one whose metric is greatest. */
  readonly stages: readonly { readonly kind: "stage"; readonly hash: string; readonly checkpoint?: string }[];
  readonly metric: Metric;
  /** Sweeps whose search must come to its end first. */
  readonly searches: readonly string[];
  /** What is planned with one of them in the place of the best until it is known. */
  readonly waiting: readonly Waiting[];
}

export type Waiting =
  | { readonly kind: "stage"; readonly hash: string }
  | { readonly kind: "assembly"; readonly name: string }
  | { readonly kind: "choice"; readonly key: string };

/** How a sweep looks for good points. */
export interface SearchPlan {
  readonly kind: "random" | "tpe";
  /** Undefined where `stop` alone ends it. */
  readonly trials: number | undefined;
  readonly seed: number;
  /** Hours, or epochs of all trials together. */
  readonly stop: Duration | undefined;
  /** At each rung, `every` times a power of `factor`, the best of `factor` trials go on. */
  readonly prune: { readonly every: Duration; readonly factor: number } | undefined;
  /** Whether other trials follow once the results of these are known. */
  readonly open: boolean;
}

export interface SweepPlan {
  readonly name: string;
  readonly points: readonly {
    readonly label: string;
    /** The stage or assembly that is declared, of which this is one: only such can differ in a seed alone. */
    readonly declared: string;
    /**
     * What the axes, or the arguments of a listed stage, are here, as text, or of a list of tasks or stages each as text; `seed` among
     * them where `seeds` repeats.
     */
    readonly axes: ReadonlyMap<string, string | readonly string[]>;
    readonly of:
      | { readonly kind: "stage"; readonly hash: string }
      | { readonly kind: "assembly"; readonly name: string };
    /** What each entry of `report` is here: it can read the variant's parameters. */
    readonly metrics: readonly Metric[];
    /** Of which trial of a search it is, and what is searched for. */
    readonly trial?: { readonly number: number; readonly point: string; readonly aim: Metric };
  }[];
  readonly search?: SearchPlan;
  /** The entries of `report`, as written. */
  readonly report: readonly string[];
}
