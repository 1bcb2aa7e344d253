import { hash } from "./random.ts";

/** A draw from Beta(α, α), from 0 to 1: g / (g + h) for two of Gamma(α), by logarithms, as those of a small α are too small for numbers. */
export function beta(alpha: number, ...words: readonly number[]): number {
  return 1 / (1 + Math.exp(logGamma(alpha, [...words, 1]) - logGamma(alpha, [...words, 0])));
}

/** The logarithm of a draw from Gamma(α, 1) (Marsaglia and Tsang 2000); below α = 1, of one of α + 1 times u^(1/α) (their section 6). */
function logGamma(alpha: number, words: readonly number[]): number {
  const small = alpha < 1;
  const d = (small ? alpha + 1 : alpha) - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (let attempt = 0; ; attempt += 1) {
    const x = normal(words, attempt);
    const t = (1 + c * x) ** 3;
    if (t <= 0 || Math.log(open(...words, attempt, 2)) >= x ** 2 / 2 + d * (1 - t + Math.log(t))) continue;
    return Math.log(d * t) + (small ? Math.log(open(...words, attempt, 3)) / alpha : 0);
  }
}

/** Box and Muller: √(−2 ln u) cos 2πv is normal. */
function normal(words: readonly number[], attempt: number): number {
  const [u, v] = [open(...words, attempt, 0), open(...words, attempt, 1)];
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
}

/** Uniform above 0 and below 1. */
function open(...words: readonly number[]): number {
  return (hash(...words) + 1) / (2 ** 32 + 1);
}
