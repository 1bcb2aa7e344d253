import type { PartName, SplitPlan } from "../../compiler/lower/plan-data.ts";
import type { AnnotationTable } from "./annotation-table.ts";
import { DataError } from "./data-error.ts";
import { hashText, uniform } from "./loader/random.ts";
import { subTable } from "./sub-table.ts";

/** The parts of one table (language rule 41): all of it trains without a split. Throws a DataError where a part has no row. */
export function divided(table: AnnotationTable, split: SplitPlan | undefined): ReadonlyMap<PartName, AnnotationTable> {
  if (split === undefined) return new Map([["train", table]]);
  const partOf = split.kind === "random" ? randomPart(table, split) : columnPart(table, split);
  const names = split.kind === "random" ? (["train", "val"] as const) : namesOf(split);
  const parts = new Map(names.map((name) => [name, subTable(table, (row) => partOf(row) === name)]));
  for (const [name, { rows }] of parts) {
    if (rows > 0) continue;
    const why = split.kind === "column" ? `: in no row is ${split.column} ${JSON.stringify(split.values[name])}` : "";
    throw new DataError(`the split leaves no row for ${name}${why}`, { file: table.file });
  }
  return parts;
}

function namesOf({ values }: Extract<SplitPlan, { kind: "column" }>): readonly PartName[] {
  return (["train", "val", "test"] as const).filter((name) => values[name] !== undefined);
}

/** By the seed and the group's name alone, so that another row changes no other's part. */
function randomPart(
  table: AnnotationTable,
  { share, by, seed }: Extract<SplitPlan, { kind: "random" }>,
): (row: number) => PartName {
  const groupOf = by === undefined ? String : groupedBy(table, by);
  return (row) => (uniform(seed, hashText(groupOf(row), 0x5917)) < share ? "train" : "val");
}

function columnPart(
  table: AnnotationTable,
  { column, values }: Extract<SplitPlan, { kind: "column" }>,
): (row: number) => PartName | undefined {
  const cellOf = groupedBy(table, column);
  const parts = new Map(
    (["train", "val", "test"] as const).flatMap((name): [string, PartName][] => {
      const value = values[name];
      return value === undefined ? [] : [[value, name]];
    }),
  );
  return (row) => parts.get(cellOf(row));
}

/** What a row belongs together by: the cell of a column, or its video. */
export function groupedBy(table: AnnotationTable, column: string): (row: number) => string {
  const cells = table.groups?.get(column);
  if (cells !== undefined) return (row) => cells[row] ?? "";
  if (column !== "video") throw new DataError(`there is no column ${JSON.stringify(column)}`, { file: table.file });
  return (row) => table.videos[table.video[row] ?? 0] ?? "";
}
