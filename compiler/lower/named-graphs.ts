import type { Graph } from "../ir/graph.ts";
import { exportName } from "./describe-plan.ts";
import type { Plan, StagePlan } from "./plan.ts";
import type { ExportedGraph, ExportPlan } from "./plan-outputs.ts";
import { stepGraph, stepScalars } from "./step-graph.ts";

/** A graph that can be written to a file of its own, under a name that tells it from the others of its plan. */
export interface NamedGraph {
  readonly name: string;
  readonly graph: () => Graph & Partial<Pick<ExportedGraph, "networks">>;
  /** What is written beside the graph. */
  readonly options: { readonly opset?: number; readonly metadata?: Readonly<Record<string, string>> };
}

/** An export, with its weights as inputs. */
export function exportedGraph(plan: ExportPlan, whole: Plan): NamedGraph {
  return { name: `export ${exportName(whole, plan)}`, graph: plan.graph, options: { opset: plan.opset } };
}

/** A stage's heads, in evaluation mode. */
export function headsGraph({ label, graphs }: StagePlan): NamedGraph {
  return { name: label, graph: graphs.evaluation, options: {} };
}

/** A stage's whole step, with what its caller computes before each step as metadata. */
export function wholeStepGraph(stage: StagePlan): NamedGraph {
  const metadata = {
    optimiser: JSON.stringify({ name: stage.optimiser.name, ...stage.optimiser.settings }),
    scalars: JSON.stringify(stepScalars(stage)),
  };
  return { name: `step ${stage.label}`, graph: () => stepGraph(stage), options: { metadata } };
}

/** The name of a graph as that of a file: words joined by dashes. */
export function fileName(name: string): string {
  return name.replace(/[^A-Za-z0-9_]+/g, "-").replace(/^-|-$/g, "");
}
