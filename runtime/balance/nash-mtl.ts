import { type Balancer, forgetful, isNothing, ones, times } from "./balancer.ts";
import { definite } from "./mgda.ts";
import { solve } from "./solve.ts";

const mostRounds = 200;

/**
 * Nash-MTL (arXiv 2202.01017, claim 3.1): the α > 0 with G α = 1 / α, entry by entry. It is where ½ αᵀGα − Σ log α_k is least, which is convex:
 * damped Newton steps, of which none leaves α > 0.
 */
export function nashMtl(): Balancer {
  return forgetful(({ gram }) => {
    const count = gram.length;
    if (isNothing(gram)) return ones(count);
    const firm = definite(gram);
    const value = (a: readonly number[]) =>
      times(firm, a).reduce((sum, each, k) => sum + 0.5 * each * (a[k] ?? 0) - Math.log(a[k] ?? 0), 0);
    let alpha = firm.map((row, i) => 1 / Math.sqrt(Math.max(row[i] ?? 0, Number.MIN_VALUE) * count));
    for (let round = 0; round < mostRounds; round += 1) {
      const slope = times(firm, alpha).map((each, k) => each - 1 / (alpha[k] ?? 1));
      const curve = firm.map((row, i) => row.map((each, j) => (i === j ? each + 1 / (alpha[i] ?? 1) ** 2 : each)));
      const way = solve(
        curve,
        slope.map((each) => -each),
      );
      if (way === undefined) return ones(count);
      const fall = -slope.reduce((sum, each, k) => sum + each * (way[k] ?? 0), 0);
      // Half the Newton decrement bounds how far the value is from its least.
      if (!(fall > 1e-20)) break;
      const now = value(alpha);
      let share = 1;
      const stepped = () => alpha.map((each, k) => each + share * (way[k] ?? 0));
      while (share > 1e-12 && !(stepped().every((each) => each > 0) && value(stepped()) <= now - 0.25 * share * fall))
        share /= 2;
      if (share <= 1e-12) break;
      alpha = stepped();
    }
    return alpha;
  });
}
