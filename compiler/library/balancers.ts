/** What a balancer needs to know before a step, and whose weights it changes. */
export interface BalancerRule {
  /** `all`: its factors are of terms, for all weights. `shared`: of gradients, where weights are reached by several terms. */
  readonly of: "all" | "shared";
  /** What is computed before a step for it: nothing, the terms' losses, or also inner products of their gradients. */
  readonly looksAt: "nothing" | "losses" | "gradients";
  /** Whether it looks at the losses of the same batch again after the step. */
  readonly looksBack: boolean;
  /** Settings where they are not said. */
  readonly settings: Readonly<Record<string, number>>;
}

export type BalancerName = keyof typeof balancers;

const gradients = { of: "shared", looksAt: "gradients", looksBack: false, settings: {} } as const;

/** Balancers by name (language rule 54); their algorithms are in runtime/balance. */
export const balancers = {
  uncertainty: { of: "all", looksAt: "nothing", looksBack: false, settings: {} },
  dwa: { of: "all", looksAt: "nothing", looksBack: false, settings: { temperature: 2 } },
  normalized: { of: "all", looksAt: "losses", looksBack: false, settings: {} },
  gradnorm: { of: "all", looksAt: "gradients", looksBack: false, settings: { alpha: 1.5 } },
  famo: { of: "all", looksAt: "losses", looksBack: true, settings: {} },
  pcgrad: gradients,
  cagrad: { ...gradients, settings: { c: 0.5 } },
  mgda: gradients,
  nash_mtl: gradients,
  upgrad: gradients,
  imtl: gradients,
} as const satisfies Readonly<Record<string, BalancerRule>>;

export function isBalancer(name: string): name is BalancerName {
  return Object.hasOwn(balancers, name);
}

/** Names of the terms that some balancers weigh, in the order in which they are first named. */
export function balancedTerms(plans: readonly { readonly terms: readonly string[] }[]): readonly string[] {
  return [...new Set(plans.flatMap(({ terms }) => terms))];
}
