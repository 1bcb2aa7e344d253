/** A table of positions: of the cells of a square grid, perhaps with a row before it for the class token. */
export interface SquareGrid {
  readonly side: number;
  readonly before: 0 | 1;
}

/** What so many rows are positions of; undefined where they are no square grid. */
export function squareGrid(rows: number): SquareGrid | undefined {
  for (const before of [0, 1] as const) {
    const side = Math.round(Math.sqrt(rows - before));
    if (side >= 1 && side * side === rows - before) return { side, before };
  }
  return undefined;
}
