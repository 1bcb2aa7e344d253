import { join } from "node:path";
import type { DataPlan, FormatPlan, TaskPlan } from "../../../compiler/lower/plan-data.ts";
import type { AnnotationTable } from "../annotation-table.ts";
import { DataError } from "../data-error.ts";
import { type BadRow, BadRows, type OnBadRow } from "./bad-rows.ts";
import { csvRecords } from "./csv-records.ts";
import { tableOfRecords } from "./frame-records.ts";
import { labelReader } from "./label-reader.ts";

type CsvFormat = Extract<FormatPlan, { readonly kind: "csv" }>;

export interface CsvTable {
  readonly table: AnnotationTable;
  readonly skipped: readonly BadRow[];
}

/** Reads a table with named columns: one image a row, an empty cell is a missing label. Without a video column every row is its own. */
export function readCsvTable(
  data: DataPlan,
  format: CsvFormat,
  tasks: readonly TaskPlan[],
  onBadRow: OnBadRow,
): CsvTable {
  const file = join(data.root, format.file);
  const [header = [], ...lines] = csvRecords(data.root, format.file);
  const column = (name: string): number => {
    const at = header.indexOf(name);
    if (at < 0)
      throw new DataError(`there is no column ${JSON.stringify(name)}; it has ${header.join(", ")}`, { file, line: 1 });
    return at;
  };
  if (format.image === undefined)
    throw new DataError('which column names the image? write images(.., column: "name")', { file });
  const image = column(format.image);
  const video = format.video === undefined ? undefined : column(format.video);
  const groups = new Map(groupColumns(format).map((name) => [name, column(name)]));
  const readers = tasks.map((task) => labelReader(task, format.columns.get(task.name) ?? noColumns, column));
  const bad = new BadRows();
  const kept: { readonly cells: readonly string[]; readonly line: number }[] = [];
  lines.forEach((cells, i) => {
    const line = i + 2;
    const reason =
      cells.length === header.length
        ? readers.map((reader) => reader.wrong(cells)).find((each) => each !== undefined)
        : `the row has ${cells.length} columns, the header ${header.length}`;
    if (reason === undefined) kept.push({ cells, line });
    else bad.add({ file, line, video: video === undefined ? undefined : cells[video], reason });
  });
  const skipped = bad.settle(onBadRow);
  const records = kept.map(({ cells, line }, i) => ({
    video: video === undefined ? (cells[image] ?? String(i)) : (cells[video] ?? ""),
    frame: i,
    image: cells[image] ?? "",
    line,
    cells,
  }));
  const table = tableOfRecords(records, { file, readers, groups });
  // Rows are counted: a table says nothing of frames.
  return { table: { ...table, frame: table.frame.map((_, i) => i + 1) }, skipped };
}

const noColumns = { columns: [], missing: undefined, classes: undefined };

/** The columns that parts or folds go by. */
function groupColumns({ split, folds, video }: CsvFormat): readonly string[] {
  const by = split?.kind === "column" ? split.column : split?.by;
  return [...new Set([by, folds])].flatMap((name) =>
    name === undefined || (name === "video" && video !== undefined) ? [] : [name],
  );
}
