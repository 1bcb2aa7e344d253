import type { CheckedStage } from "../check/check-stage.ts";
import { GraphBuilder } from "../ir/builder.ts";
import { symbolsOf } from "../ir/dim.ts";
import type { Graph, GraphOutput, Value } from "../ir/graph.ts";
import { readOfModel } from "../ir/of-loss.ts";
import { type NodeRule, rewriteGraph } from "../ir/rewrite.ts";
import { opRules } from "../ops/index.ts";
import { cleaning, forInference, runPasses } from "../passes/index.ts";
import { headOutputs, resize } from "./graphs.ts";
import type { KeepPlan, TermJudgement } from "./plan.ts";

/** The terms of the loss that decide which weights are kept. */
export function termsKeptBy(keep: KeepPlan): readonly string[] {
  const all = keep.kind === "each" ? [...keep.of.values()] : [keep];
  return [...new Set(all.flatMap((one) => (one.kind === "least" ? [one.term] : [])))];
}

/**
 * Terms of a loss in evaluation, cut where they read the model: batch by batch the model gives what they read, and then the terms are of all
 * rows at once, as their means and moments are over rows and not over batches.
 */
export function judgementOf(checked: CheckedStage): TermJudgement {
  const names = termsKeptBy(checked.training.keep);
  const wanted = names.flatMap((name): GraphOutput[] => {
    const value = checked.loss.terms.get(name);
    return value === undefined ? [] : [{ name: `loss/${name}`, value }];
  });
  const read = readOfModel(wanted.map(({ value }) => value)).filter(
    ({ source, type: { shape } }) => source.kind === "node" && symbolsOf(shape[0] ?? 1).includes("batch"),
  );
  const seen = read.map((value, i): GraphOutput => ({ name: `seen/${i}`, value }));
  const places = new Map<Value, string>(seen.map(({ name, value }) => [value, name]));
  const evaluated = resize(new Map(), () => true);
  const cut: NodeRule = (node, inputs, g) => {
    const made = evaluated(node, inputs, g);
    return node.outputs.flatMap((value, i) => {
      const name = places.get(value);
      return name === undefined ? (made?.[i] ?? []) : g.input("field", name, value.type);
    });
  };
  const graph = (name: string, outputs: readonly GraphOutput[], rule: NodeRule): Graph =>
    rewriteGraph({ name, outputs }, new GraphBuilder(opRules), rule);
  return {
    seen: forInference(graph("seen", [...headOutputs(checked), ...seen], evaluated)),
    terms: runPasses(graph("terms", wanted, cut), cleaning),
  };
}
