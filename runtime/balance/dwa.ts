import { type Balancer, ones } from "./balancer.ts";

/**
 * Dynamic weight average (arXiv 1803.10704, equation 7): λ_k = K exp(r_k / T) / Σ exp(r_i / T), where r_k is the mean loss of the last epoch over
 * that of the one before; 1 in the first two epochs.
 */
export function dwa(count: number, temperature: number): Balancer {
  let sums = new Array<number>(count).fill(0);
  let steps = 0;
  /** Mean losses of the epochs that are over, the last two of them. */
  let means: (readonly number[])[] = [];
  return {
    factors: () => {
      const [before, last] = means;
      if (before === undefined || last === undefined) return ones(count);
      const ratios = last.map((mean, k) => mean / (before[k] ?? Number.NaN) / temperature);
      // Where a loss was 0 nothing is known of how it falls.
      if (!ratios.every(Number.isFinite)) return ones(count);
      const greatest = Math.max(...ratios);
      const exponentials = ratios.map((ratio) => Math.exp(ratio - greatest));
      const total = exponentials.reduce((sum, each) => sum + each, 0);
      return exponentials.map((each) => (count * each) / total);
    },
    learn: ({ losses, epochEnds }) => {
      sums = sums.map((sum, k) => sum + (losses[k] ?? 0));
      steps += 1;
      if (!epochEnds) return;
      means = [...means, sums.map((sum) => sum / steps)].slice(-2);
      sums = sums.map(() => 0);
      steps = 0;
    },
    memory: () => ({ sums, steps: [steps], means: means.flat() }),
    recall: (memory) => {
      sums = [...(memory["sums"] ?? sums)];
      steps = memory["steps"]?.[0] ?? 0;
      const flat = memory["means"] ?? [];
      means = Array.from({ length: flat.length / count }, (_, i) => flat.slice(i * count, (i + 1) * count));
    },
  };
}
