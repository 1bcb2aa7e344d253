import { Adam } from "./adam.ts";
import type { Balancer } from "./balancer.ts";

/** Rate and decay of the logits in the authors' experiments (arXiv 2306.03792, section 5). */
const [rate, decay] = [0.025, 1e-3];
const least = 1e-8;

/**
 * Fast adaptive multitask optimisation (arXiv 2306.03792, algorithm 1): with z = softmax(ξ) the factors are (z_k / L_k) / Σ (z_i / L_i), so that
 * the logarithms of all losses fall alike. After the step ξ follows δ_k = log L_k − log L_k', the same batch's losses before and after it:
 * ∂/∂ξ_k = z_k (δ_k − Σ z_i δ_i), with Adam.
 */
export function famo(count: number): Balancer {
  const logits = new Adam(Array.from({ length: count }, () => 0));
  const shares = () => {
    const greatest = Math.max(...logits.values);
    const exponentials = logits.values.map((each) => Math.exp(each - greatest));
    const total = exponentials.reduce((sum, each) => sum + each, 0);
    return exponentials.map((each) => each / total);
  };
  const log = (loss = 0) => Math.log(Math.max(loss, 0) + least);
  return {
    factors: ({ losses }) => {
      const quotients = shares().map((share, k) => share / (Math.max(losses[k] ?? 0, 0) + least));
      const total = quotients.reduce((sum, each) => sum + each, 0);
      return quotients.map((each) => each / total);
    },
    learn: ({ losses, again }) => {
      if (again === undefined) throw new Error("famo is told the losses after a step");
      const z = shares();
      const falls = losses.map((loss, k) => log(loss) - log(again[k]));
      const mean = falls.reduce((sum, fall, k) => sum + (z[k] ?? 0) * fall, 0);
      logits.step(
        falls.map((fall, k) => (z[k] ?? 0) * (fall - mean)),
        rate,
        decay,
      );
    },
    memory: () => logits.memory(),
    recall: (memory) => logits.recall(memory),
  };
}
