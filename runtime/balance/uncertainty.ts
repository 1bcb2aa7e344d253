import { Adam } from "./adam.ts";
import type { Balancer } from "./balancer.ts";

/**
 * Uncertainty weighting (arXiv 1705.07115, equation 10 as one form for all tasks): the loss is Σ ½ exp(−s_k) L_k + ½ s_k, with s_k = log σ_k²
 * learned from 0 by Adam at the stage's rate. The terms' factors are ½ exp(−s_k), and ∂/∂s_k = ½ (1 − exp(−s_k) L_k).
 */
export function uncertainty(count: number): Balancer {
  const logs = new Adam(Array.from({ length: count }, () => 0));
  return {
    factors: () => logs.values.map((s) => Math.exp(-s) / 2),
    learn: ({ losses, rate }) =>
      logs.step(
        logs.values.map((s, k) => (1 - Math.exp(-s) * (losses[k] ?? 0)) / 2),
        rate,
      ),
    memory: () => logs.memory(),
    recall: (memory) => logs.recall(memory),
  };
}
