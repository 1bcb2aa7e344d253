/** Numbers that test/reference/make_encoders.py draws by the same rule. */

/** Multiples of 2^-15 from -1 to 1 (exclusive): FNV-1a of the name's bytes, then for each i a mix of it with i. */
export function drawn(name: string, count: number): Float64Array {
  let state = 2166136261;
  for (const byte of new TextEncoder().encode(name)) state = Math.imul(state ^ byte, 16777619);
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i += 1) {
    let x = (Math.imul(i, 2654435769) + state) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
    x ^= x >>> 16;
    numbers[i] = (x >>> 16) / 32768 - 1;
  }
  return numbers;
}

/** Kernels and matrices keep the size of what they read; norms' factors are near 1, and so are variances. */
export function drawnWeight(name: string, shape: readonly number[]): Float32Array {
  const sized = (sizes: readonly number[]) => sizes.reduce((product, size) => product * size, 1);
  const numbers = drawn(name, sized(shape));
  const spread = Math.sqrt(3 / sized(shape.slice(1)));
  const value = name.endsWith("running_var")
    ? (u: number) => 1 + u / 2
    : shape.length > 1
      ? (u: number) => u * spread
      : /(bias|running_mean)$/.test(name)
        ? (u: number) => u / 4
        : (u: number) => 1 + u / 2;
  const weights = new Float32Array(numbers.length);
  for (let i = 0; i < weights.length; i += 1) weights[i] = value(numbers[i] ?? 0);
  return weights;
}
