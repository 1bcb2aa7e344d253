import type { CheckedStage } from "../check/check-stage.ts";
import { sharedPaths } from "../check/reached.ts";
import type { GraphBuilder } from "../ir/builder.ts";
import type { Graph, GraphOutput, Value } from "../ir/graph.ts";
import { balancedTerms, balancers } from "../library/balancers.ts";
import * as v from "../ops/vocabulary.ts";
import { cleaning, runPasses } from "../passes/index.ts";
import type { ReadyForGradients } from "./graphs.ts";
import type { BalancerPlan } from "./plan.ts";

/**
 * The loss and its gradients. With a balance each balanced term has its factor, fed as `balance/<term>`; where weights are reached by
 * several terms of a balancer of gradients, it has the factor `share/<term>` too. A weight that one term alone reaches, as in a head, takes
 * its gradient as it is: combinations of gradients are of the weights that tasks share.
 */
export function weighed(
  { g, terms, wanted, gradientsOf }: ReadyForGradients,
  { training: { balance }, loss }: CheckedStage,
): { readonly loss: Value | undefined; readonly gradients: ReadonlyMap<Value, Value> } {
  const inputs = [...wanted.values()];
  const all = new Set(balancedTerms(balance));
  const total = sum(g, terms, (name) => (all.has(name) ? [factor(g, "balance", name)] : []));
  if (total === undefined) return { loss: undefined, gradients: new Map() };
  const combining = balance.filter(({ name }) => balancers[name].of === "shared");
  if (combining.length === 0) return { loss: total, gradients: gradientsOf(total, inputs) };
  const combined = new Set(balancedTerms(combining));
  const shared = sharedBy(wanted, loss.terms, combined);
  const apart = inputs.filter((input) => !shared.includes(input));
  const together = sum(g, terms, (name) => [
    ...(all.has(name) ? [factor(g, "balance", name)] : []),
    ...(combined.has(name) ? [factor(g, "share", name)] : []),
  ]);
  return {
    loss: total,
    gradients: new Map([
      ...gradientsOf(total, apart),
      ...(together === undefined ? [] : gradientsOf(together, shared)),
    ]),
  };
}

function factor(g: GraphBuilder, role: "balance" | "share", term: string): Value {
  return g.input("scalar", `${role}/${term}`, { dtype: "float32", shape: [] });
}

function sum(
  g: GraphBuilder,
  terms: ReadonlyMap<string, Value>,
  factors: (term: string) => readonly Value[],
): Value | undefined {
  return v.total(
    g,
    [...terms].map(([name, value]) => factors(name).reduce((product, each) => v.multiply(g, product, each), value)),
  );
}

/** Which trained weights several of some terms reach, in the order of the weights. */
function sharedBy(
  wanted: ReadonlyMap<string, Value>,
  terms: ReadonlyMap<string, Value>,
  of: ReadonlySet<string>,
): readonly Value[] {
  const shared = sharedPaths(terms, of);
  return [...wanted].flatMap(([path, input]) => (shared.has(path) ? [input] : []));
}

/** What balancers look at before a step: the terms' losses, and inner products of their gradients if one asks for them. */
export function balanceGraph(ready: ReadyForGradients, { training: { balance }, loss }: CheckedStage): Graph {
  const { g, terms, wanted, gradientsOf } = ready;
  const names = balancedTerms(balance);
  const values = names.flatMap((name) => terms.get(name) ?? []);
  const outputs: GraphOutput[] = names.flatMap((name) => {
    const value = terms.get(name);
    return value === undefined ? [] : [{ name: `loss/${name}`, value }];
  });
  const looking: readonly BalancerPlan[] = balance.filter(({ name }) => balancers[name].looksAt === "gradients");
  if (looking.length > 0) {
    const shared = sharedBy(wanted, loss.terms, new Set(balancedTerms(looking)));
    const gradients = values.map((value) => gradientsOf(value, shared));
    for (const [i, first] of gradients.entries()) {
      for (let j = i; j < gradients.length; j += 1) {
        const products = shared.flatMap((input) => {
          const [a, b] = [first.get(input), gradients[j]?.get(input)];
          return a === undefined || b === undefined ? [] : [v.sumAll(g, v.multiply(g, a, b))];
        });
        outputs.push({ name: `gram/${i}/${j}`, value: v.total(g, products) ?? g.scalar(0) });
      }
    }
  }
  return runPasses({ name: "balance", outputs }, cleaning);
}
