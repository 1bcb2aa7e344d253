/** Uniform numbers in [0, 1) that depend on the text alone: FNV-1a into mulberry32, both public domain. */
export function seededRandom(seed: string): () => number {
  let state = 0x811c9dc5;
  for (const character of seed) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The nearest multiple of 1/512: float32 has it exactly, and JSON in a few digits. */
export function onGrid(x: number): number {
  // Adding zero makes the negative zero, which JSON does not keep, a plain one.
  return Math.round(x * 512) / 512 + 0;
}
