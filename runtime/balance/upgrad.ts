import { type Balancer, forgetful, isNothing, ones } from "./balancer.ts";
import { definite } from "./mgda.ts";
import { nonnegativeQuadratic } from "./nonnegative-quadratic.ts";

/**
 * UPGrad (arXiv 2406.16232, definition 3 and proposition 1): the mean of the gradients' projections onto the cone of vectors that conflict with no
 * gradient. The projection of g_i is g_i + Σ λ_j g_j with the λ ≥ 0 that makes it shortest: ½ λᵀGλ + (G e_i)ᵀλ least.
 */
export function upgrad(): Balancer {
  return forgetful(({ gram }) => {
    const count = gram.length;
    if (isNothing(gram)) return ones(count);
    const firm = definite(gram);
    const sum = gram.map(() => 1);
    for (const row of firm) {
      const added = nonnegativeQuadratic(
        firm,
        row.map((value) => -value),
      );
      added.forEach((each, k) => {
        sum[k] = (sum[k] ?? 0) + each;
      });
    }
    return sum.map((each) => each / count);
  });
}
