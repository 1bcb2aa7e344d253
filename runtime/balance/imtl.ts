import { type Balancer, forgetful, ones } from "./balancer.ts";
import { solve } from "./solve.ts";

/**
 * IMTL-G (Liu and others, Towards Impartial Multi-task Learning, ICLR 2021, equation 5): the d = Σ α_k g_k with Σ α_k = 1 whose projections on all
 * unit gradients u_k are equal: dᵀ(u_1 − u_k) = 0 for every other k. Where gradients are parallel, or one is 0, there is no such: the mean.
 */
export function imtl(): Balancer {
  return forgetful(({ gram }) => {
    const count = gram.length;
    const lengths = gram.map((row, i) => Math.sqrt(Math.max(0, row[i] ?? 0)));
    const mean = ones(count).map((each) => each / count);
    if (lengths.some((length) => length === 0)) return mean;
    const along = (j: number, k: number) => (gram[j]?.[k] ?? 0) / (lengths[k] ?? 1);
    const scale = Math.max(...lengths);
    const rows = lengths.map((_, k) =>
      lengths.map((_length, j) => (k === 0 ? 1 : (along(j, 0) - along(j, k)) / scale)),
    );
    return (
      solve(
        rows,
        lengths.map((_, k) => (k === 0 ? 1 : 0)),
      ) ?? mean
    );
  });
}
