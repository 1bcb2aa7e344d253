import { type Balancer, forgetful, isNothing, ones } from "./balancer.ts";
import { nonnegativeQuadratic } from "./nonnegative-quadratic.ts";

/** Makes a Gram matrix definite: gradients that are parallel to this share of their size count as apart. */
export function definite(gram: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const ridge = (1e-10 * gram.reduce((sum, row, i) => sum + (row[i] ?? 0), 0)) / gram.length;
  return gram.map((row, i) => row.map((value, j) => (i === j ? value + ridge : value)));
}

/**
 * Multiple gradient descent (arXiv 1810.04650, equation 3): the shortest vector Σ w_k g_k with w ≥ 0 and Σ w_k = 1. With v ≥ 0 minimising
 * ½ vᵀGv − Σ v_k, it is w = v / Σ v.
 */
export function mgda(): Balancer {
  return forgetful(({ gram }) => {
    if (isNothing(gram)) return ones(gram.length);
    const v = nonnegativeQuadratic(definite(gram), ones(gram.length));
    const total = v.reduce((sum, each) => sum + each, 0);
    return total > 0 ? v.map((each) => each / total) : ones(gram.length);
  });
}
