/** Rows of cells in columns, two spaces apart; numbers, which columns can be said to hold, end where they end. */
export function textTable(
  rows: readonly (readonly string[])[],
  numeric: readonly number[] = [],
  indent = "  ",
): string {
  const columns = Math.max(0, ...rows.map(({ length }) => length));
  const widths = Array.from({ length: columns }, (_, i) => Math.max(0, ...rows.map((row) => (row[i] ?? "").length)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => (numeric.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join("  "),
  );
  return lines.map((line) => `${indent}${line}`.trimEnd()).join("\n");
}
