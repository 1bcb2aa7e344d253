import { hash } from "../data/loader/random.ts";
import { type Balancer, dot, forgetful, ones } from "./balancer.ts";

/**
 * PCGrad (arXiv 2001.06782, algorithm 1): every gradient loses, in a random order of the others, its part against each of them that it conflicts
 * with; the sum of what is left. What is left of g_i is always Σ_k c_k g_k, and its product with g_j is (G c)_j.
 */
export function pcgrad(): Balancer {
  return forgetful(({ gram, step, seed }) => {
    const sum = gram.map(() => 0);
    gram.forEach((_, i) => {
      const own: number[] = gram.map((_row, k) => (k === i ? 1 : 0));
      for (const j of shuffled(gram.length, i, seed, step)) {
        const row = gram[j] ?? [];
        const product = dot(row, own);
        const square = row[j] ?? 0;
        if (product < 0 && square > 0) own[j] = (own[j] ?? 0) - product / square;
      }
      own.forEach((each, k) => {
        sum[k] = (sum[k] ?? 0) + each;
      });
    });
    return sum.every(Number.isFinite) ? sum : ones(gram.length);
  });
}

/** The others of one of `count`, in an order of its own in every step. */
export function shuffled(count: number, of: number, seed: number, step: number): readonly number[] {
  return Array.from({ length: count }, (_, j) => j)
    .filter((j) => j !== of)
    .sort((a, b) => hash(seed, step, of, a, 0x9c6d) - hash(seed, step, of, b, 0x9c6d));
}
