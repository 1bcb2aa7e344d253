import type { Report } from "../runtime/report/report-data.ts";
import { type SweepTable, sweepCells } from "../runtime/report/sweep-table.ts";
import { textTable } from "./text-table.ts";

/** Scores as text: assemblies first, each beside what needs no picture; then a table for each sweep. */
export function scoreTable({ results, overall, assemblies, synthetic, sweeps }: Report): string {
  const assembled = new Set(assemblies.map(({ name }) => name));
  const order = [...results.filter(({ of }) => assembled.has(of)), ...results.filter(({ of }) => !assembled.has(of))];
  const fitted = order.some(({ optimistic }) => optimistic !== null);
  const rows = [
    ["of", "task", "metric", "score", "trivial", ...(fitted ? ["if judged where fitted"] : [])],
    ...order.map(({ of, task, metric, score, trivial, optimistic }) => [
      of,
      task,
      metric,
      shown(score),
      shown(trivial),
      ...(fitted ? [optimistic === null ? "" : shown(optimistic)] : []),
    ]),
    ...overall.map(({ of, value, trivial }) => [of, "all", "P", shown(value), shown(trivial)]),
  ];
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.min(48, Math.max(...rows.map((row) => (row[column] ?? "").length))),
  );
  const table = rows.map((row) =>
    row
      .map((cell, i) => cut(cell, widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [...table, ...sweeps.map(sweepText), ...drawnNote(synthetic)].join("\n");
}

/** The tables of the sweeps alone. */
export function sweepTables({ sweeps, synthetic }: Report): string {
  return [...sweeps.map((table) => sweepText(table).trimStart()), ...drawnNote(synthetic)].join("\n\n");
}

function drawnNote(synthetic: readonly string[]): readonly string[] {
  return synthetic.length === 0
    ? []
    : [`(${synthetic.join(", ")}: drawn faces; the scores say nothing about real ones)`];
}

function sweepText(table: SweepTable): string {
  const cells = sweepCells(table);
  const numeric = (cells[0] ?? []).flatMap((head, i) => (table.metrics.includes(head) ? [i] : []));
  return `\nsweep ${table.name}\n${textTable(cells, numeric)}`;
}

function cut(cell: string, width: number): string {
  return cell.length > width ? `${cell.slice(0, width - 1)}…` : cell.padEnd(width);
}

function shown(score: number | null): string {
  // A number that rounds to 0 from below has no sign there.
  return score === null ? "–" : (Number(score.toFixed(4)) + 0).toFixed(4);
}
