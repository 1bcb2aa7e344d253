/** x of A x = b for a few rows, by elimination with the greatest pivot; undefined if A is singular to its rounding. */
export function solve(matrix: readonly (readonly number[])[], right: readonly number[]): readonly number[] | undefined {
  const count = right.length;
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0]);
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0;
  const size = Math.max(...matrix.flat().map(Math.abs), 0);
  for (let column = 0; column < count; column += 1) {
    let pivot = column;
    for (let i = column + 1; i < count; i += 1) if (Math.abs(at(i, column)) > Math.abs(at(pivot, column))) pivot = i;
    if (!(Math.abs(at(pivot, column)) > 1e-14 * size)) return undefined;
    const [chosen, other] = [rows[pivot] ?? [], rows[column] ?? []];
    rows[column] = chosen;
    rows[pivot] = other;
    for (let i = column + 1; i < count; i += 1) {
      const factor = at(i, column) / at(column, column);
      rows[i] = (rows[i] ?? []).map((value, j) => value - factor * at(column, j));
    }
  }
  const x = right.map(() => 0);
  for (let i = count - 1; i >= 0; i -= 1) {
    let sum = at(i, count);
    for (let j = i + 1; j < count; j += 1) sum -= at(i, j) * (x[j] ?? 0);
    x[i] = sum / at(i, i);
  }
  return x;
}
