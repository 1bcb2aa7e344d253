/** Numbers by their place; `Float32Array.from` with a function takes some ten times as long. */
export function filled(count: number, value: (i: number) => number): Float32Array<ArrayBuffer> {
  const numbers = new Float32Array(count);
  for (let i = 0; i < count; i += 1) numbers[i] = value(i);
  return numbers;
}
