import { type BalancerRule, balancedTerms, balancers } from "../../compiler/library/balancers.ts";
import type { BalancerPlan } from "../../compiler/lower/plan.ts";
import type { Evaluator, Tensor, Tensors } from "../engines/engine.ts";
import type { Balancer, Memory } from "./balancer.ts";
import { balancerOf } from "./balancers.ts";

/** What is told of a stage's balance in a step, by term: the product of its factors, and cosines between gradients where they are known. */
export interface BalanceTold {
  readonly factors: ReadonlyMap<string, number>;
  /** By `<term>/<term>`. */
  readonly cosines: ReadonlyMap<string, number>;
}

interface Step {
  readonly plan: BalancerPlan;
  readonly rule: BalancerRule;
  readonly balancer: Balancer;
  /** Factors in the step at hand, in the order of its terms, and those of the balancers before it. */
  own: readonly number[];
  before: readonly number[];
}

/** The balancers of a stage, one after the other: each sees the terms as those before it have weighed them. */
export class StageBalance {
  readonly #terms: readonly string[];
  readonly #steps: readonly Step[];
  readonly #seed: number;
  #told: BalanceTold = { factors: new Map(), cosines: new Map() };

  constructor(plans: readonly BalancerPlan[], seed: number) {
    this.#terms = balancedTerms(plans);
    this.#steps = plans.map((plan) => ({
      plan,
      rule: balancers[plan.name],
      balancer: balancerOf(plan),
      own: [],
      before: [],
    }));
    this.#seed = seed;
  }

  /** Whether losses or gradients are looked at before a step. */
  get looks(): boolean {
    return this.#steps.some(({ rule }) => rule.looksAt !== "nothing" || rule.looksBack);
  }

  /** The factors' inputs for a step, counted from 1. `evaluator` runs the stage's balance graph, with the weights as they are. */
  async feeds(given: Tensors, step: number, evaluator: Evaluator | undefined): Promise<Tensors> {
    const looking = this.#steps.some(({ rule }) => rule.looksAt !== "nothing");
    const seen = looking ? await evaluator?.run(given) : undefined;
    const all = new Map(this.#terms.map((term) => [term, 1]));
    const shared = new Map(this.#terms.map((term) => [term, 1]));
    const cosines = new Map<string, number>();
    for (const each of this.#steps) {
      const { terms } = each.plan;
      const before = terms.map((term) => (all.get(term) ?? 1) * (shared.get(term) ?? 1));
      const losses = terms.map((term, k) => (before[k] ?? 1) * numberIn(seen, `loss/${term}`));
      const known = each.rule.looksAt === "gradients";
      const gram = terms.map((a, i) =>
        terms.map((b, j) => (known ? (before[i] ?? 1) * (before[j] ?? 1) * this.#product(seen, a, b) : 0)),
      );
      each.before = before;
      each.own = each.balancer.factors({ losses, gram, step, seed: this.#seed });
      const into = each.rule.of === "all" ? all : shared;
      terms.forEach((term, k) => {
        into.set(term, (into.get(term) ?? 1) * (each.own[k] ?? 1));
      });
      if (each.rule.looksAt === "gradients")
        for (const [name, value] of cosinesOf(terms, gram)) cosines.set(name, value);
    }
    const factors = this.#terms.map((term): [string, number] => [term, (all.get(term) ?? 1) * (shared.get(term) ?? 1)]);
    this.#told = { factors: new Map(factors), cosines };
    return new Map([
      ...[...all].map(([term, value]): [string, Tensor] => [`balance/${term}`, scalar(value)]),
      ...[...shared].map(([term, value]): [string, Tensor] => [`share/${term}`, scalar(value)]),
    ]);
  }

  /** Learns from a step that was done; `losses` are by output name. */
  async learn(
    given: Tensors,
    losses: ReadonlyMap<string, number>,
    rate: number,
    epochEnds: boolean,
    evaluator: () => Promise<Evaluator | undefined>,
  ): Promise<void> {
    const back = this.#steps.some(({ rule }) => rule.looksBack);
    const again = back ? await (await evaluator())?.run(given) : undefined;
    for (const { plan, rule, balancer, before } of this.#steps) {
      const scaled = (of: (term: string) => number) => plan.terms.map((term, k) => (before[k] ?? 1) * of(term));
      balancer.learn({
        losses: scaled((term) => losses.get(`loss/${term}`) ?? Number.NaN),
        again: rule.looksBack ? scaled((term) => numberIn(again, `loss/${term}`)) : undefined,
        rate,
        epochEnds,
      });
    }
  }

  get told(): BalanceTold {
    return this.#told;
  }

  memory(): Memory {
    return Object.fromEntries(
      this.#steps.flatMap(({ plan, balancer }) =>
        Object.entries(balancer.memory()).map(([name, values]) => [`${plan.name}/${name}`, values]),
      ),
    );
  }

  recall(memory: Memory): void {
    for (const { plan, balancer } of this.#steps) {
      const own = Object.entries(memory).flatMap(([name, values]) =>
        name.startsWith(`${plan.name}/`) ? [[name.slice(plan.name.length + 1), values] as const] : [],
      );
      if (own.length > 0) balancer.recall(Object.fromEntries(own));
    }
  }

  #product(seen: Tensors | undefined, a: string, b: string): number {
    const [i, j] = [this.#terms.indexOf(a), this.#terms.indexOf(b)].sort((x, y) => x - y);
    const tensor = seen?.get(`gram/${i}/${j}`);
    if (tensor === undefined) throw new Error(`the balance graph gave no product of ${a} and ${b}`);
    return Number(tensor.data[0]);
  }
}

function numberIn(seen: Tensors | undefined, name: string): number {
  const tensor = seen?.get(name);
  return tensor === undefined ? Number.NaN : Number(tensor.data[0]);
}

function cosinesOf(
  terms: readonly string[],
  gram: readonly (readonly number[])[],
): readonly (readonly [string, number])[] {
  return terms.flatMap((a, i) =>
    terms.slice(i + 1).map((b, k): readonly [string, number] => {
      const j = i + 1 + k;
      const lengths = Math.sqrt((gram[i]?.[i] ?? 0) * (gram[j]?.[j] ?? 0));
      return [`${a}/${b}`, lengths > 0 ? (gram[i]?.[j] ?? 0) / lengths : 0];
    }),
  );
}

function scalar(value: number): Tensor {
  return { dtype: "float32", shape: [], data: Float32Array.of(value) };
}
