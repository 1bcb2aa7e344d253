import { Adam } from "./adam.ts";
import { type Balancer, ones, type Sight } from "./balancer.ts";

/** The weights' own rate in the paper's experiments (arXiv 1711.02257, section 5.1). */
const rate = 0.025;

/**
 * GradNorm (arXiv 1711.02257, algorithm 1): with G_k = ‖w_k ∇L_k‖ over the weights that terms share, their mean Ḡ, and r_k the relative inverse
 * training rate (L_k / L_k(0)) over the mean of these, w follows Σ |G_k − Ḡ r_k^α|, whose target is a constant, with Adam; then Σ w_k = K.
 */
export function gradnorm(count: number, alpha: number): Balancer {
  const weights = new Adam(ones(count));
  let first: readonly number[] | undefined;
  let seen: Sight | undefined;
  return {
    factors: (sight) => {
      seen = sight;
      return [...weights.values];
    },
    learn: () => {
      if (seen === undefined) throw new Error("gradnorm learns from what it has seen");
      const { losses, gram } = seen;
      first ??= losses;
      const lengths = losses.map((_, k) => Math.sqrt(Math.max(0, gram[k]?.[k] ?? 0)));
      const norms = lengths.map((length, k) => (weights.values[k] ?? 0) * length);
      const mean = norms.reduce((sum, norm) => sum + norm, 0) / count;
      // A term that began at 0 has no rate: it counts as one that stands still.
      const falls = losses.map((loss, k) => ((first?.[k] ?? 0) > 0 ? loss / (first?.[k] ?? 1) : 1));
      const meanFall = falls.reduce((sum, fall) => sum + fall, 0) / count;
      // Where no loss is left, none lags behind.
      const targets = falls.map((fall) => mean * (meanFall > 0 ? Math.max(0, fall / meanFall) : 1) ** alpha);
      weights.step(
        norms.map((norm, k) => Math.sign(norm - (targets[k] ?? 0)) * (lengths[k] ?? 0)),
        rate,
      );
      // A weight of a term that outweighs all others could fall below 0, which would train against the term.
      const positive = weights.values.map((weight) => Math.max(weight, 1e-4));
      const total = positive.reduce((sum, weight) => sum + weight, 0);
      positive.forEach((weight, k) => {
        weights.values[k] = (count * weight) / total;
      });
    },
    memory: () => ({ ...weights.memory(), ...(first === undefined ? {} : { first }) }),
    recall: (memory) => {
      weights.recall(memory);
      first = memory["first"];
    },
  };
}
