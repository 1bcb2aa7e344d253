import type { Span } from "../diagnostics/source.ts";
import type { FactPlan, Schedule } from "../lower/plan.ts";
import type { StageBuild } from "./model-build.ts";
import type { ViewPass } from "./view-pass.ts";

/** A loss that says nothing about fewer labelled rows in a step than these. */
export interface LeastRows {
  readonly loss: string;
  readonly rows: number;
  readonly span: Span;
}

/** A stage's loss in the making: what its terms ask the runtime to feed. */
export interface LossMaking {
  readonly built: StageBuild;
  /** Names of the stage's views; empty where the batch is seen once. */
  readonly views: readonly ViewPass[];
  readonly leastRows: LeastRows[];
  readonly facts: Map<string, FactPlan>;
  readonly scalars: Map<string, Schedule>;
}
