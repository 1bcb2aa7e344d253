/**
 * The largest difference between corresponding numbers, relative to the largest number expected, or to `floor` if that is
 * larger; infinite where they cannot be compared.
 */
export function largestDifference(actual: ArrayLike<number | bigint>, expected: ArrayLike<number>, floor = 0): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let scale = floor;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(Number(actual[i]) - Number(expected[i]));
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
    largest = Math.max(largest, difference);
    scale = Math.max(scale, Math.abs(Number(expected[i])));
  }
  return largest / (scale || 1);
}
