/**
 * Random numbers as a pure function of a seed and a place: nothing is drawn in order, so nothing depends on what was drawn before.
 * The mixing is that of SplitMix's 32-bit relatives (https://github.com/skeeto/hash-prospector): each bit of the input changes half
 * of the output.
 */
export function hash(...words: readonly number[]): number {
  return mixedWords(...words) >>> 0;
}

/** The state after some words: `mixed` goes on from it, `hash(a, b)` being that of `mixed(mixedWords(a), b)`. */
export function mixedWords(...words: readonly number[]): number {
  let state = 0x9e3779b9;
  for (const word of words) state = mixed(state, word);
  return state;
}

/** The state after one more word. */
export function mixed(before: number, word: number): number {
  let state = Math.imul(before ^ (word | 0), 0x21f0aaad);
  state ^= state >>> 15;
  state = Math.imul(state + 0x6d2b79f5, 0x735a2d97);
  return state ^ (state >>> 15);
}

/** Uniform in [0, 1). */
export function uniform(...words: readonly number[]): number {
  return hash(...words) / 2 ** 32;
}

/** The same for text, such as a path. */
export function hashText(text: string, seed: number): number {
  let state = hash(seed, text.length);
  for (let i = 0; i < text.length; i += 1) state = hash(state, text.charCodeAt(i));
  return state;
}

/** 0 .. count − 1 in the order of one epoch. */
export function epochOrder(count: number, seed: number, epoch: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i -= 1) {
    const j = Math.floor(uniform(seed, epoch, i, 0x0bde) * (i + 1));
    const swapped = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = swapped;
  }
  return order;
}

/** As many places of `weights` as it has, drawn with replacement in proportion to them, in the order of one epoch. */
export function weightedOrder(weights: Float64Array, seed: number, epoch: number): Int32Array {
  let total = 0;
  const sums = weights.map((weight) => {
    total += weight;
    return total;
  });
  return Int32Array.from(weights, (_, i) => firstAbove(sums, uniform(seed, epoch, i, 0x5a3e) * total));
}

/** Where the first of ascending numbers stands that is above `limit`; the last if none is. */
function firstAbove(ascending: Float64Array, limit: number): number {
  let [from, to] = [0, ascending.length - 1];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ascending[middle] ?? 0) > limit) to = middle;
    else from = middle + 1;
  }
  return from;
}
