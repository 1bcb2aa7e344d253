/** Sines, then cosines, of a position at dim / 2 frequencies 10000^(−2i/dim) (arXiv 1706.03762, section 3.5, halves side by side). */
export function sineWaves(position: number, dim: number): Float32Array {
  const half = dim / 2;
  const values = new Float32Array(dim);
  for (let i = 0; i < half; i += 1) {
    const angle = position / 10000 ** ((2 * i) / dim);
    values[i] = Math.sin(angle);
    values[half + i] = Math.cos(angle);
  }
  return values;
}

/** The place of each cell of a grid, row by row: the waves of its column, then of its row (https://github.com/facebookresearch/mae). */
export function fillGridPlaces(into: Float32Array, rows: number, columns: number, dim: number): void {
  const half = dim / 2;
  const places = Array.from({ length: Math.max(rows, columns) }, (_, position) => sineWaves(position, half));
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1) {
      const at = (row * columns + column) * dim;
      into.set(places[column] ?? [], at);
      into.set(places[row] ?? [], at + half);
    }
}
