import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { maskWidthOf, widthOf } from "../../../compiler/library/task.ts";
import type { DataPlan, FormatPlan, TaskPlan } from "../../../compiler/lower/plan-data.ts";
import type { AnnotationTable } from "../annotation-table.ts";
import { DataError } from "../data-error.ts";
import type { LabelColumn } from "../label-column.ts";
import { type BadRow, BadRows, type OnBadRow } from "./bad-rows.ts";
import { readText } from "./read-text.ts";

type CsvFormat = Extract<FormatPlan, { readonly kind: "csv" }>;

export interface CsvTable {
  readonly table: AnnotationTable;
  readonly skipped: readonly BadRow[];
  /** For every row, the cell of the column that the split goes by. */
  readonly groups: readonly string[] | undefined;
}

/** Reads a table with named columns: one image a row, an empty cell is a missing label. Without a video column every row is its own. */
export function readCsvTable(
  data: DataPlan,
  format: CsvFormat,
  tasks: readonly TaskPlan[],
  onBadRow: OnBadRow,
): CsvTable {
  const file = join(data.root, format.file);
  const records = recordsOf(data.root, format.file);
  const [header = [], ...lines] = records;
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
  const by = format.split?.by;
  const group = by === undefined ? undefined : column(by);
  const readers = tasks.map((task) => taskReader(task, format, column));
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
  const videos = new Map<string, number>();
  const videoOf = kept.map(({ cells }, i) => {
    const name = video === undefined ? (cells[image] ?? String(i)) : (cells[video] ?? "");
    const known = videos.get(name) ?? videos.size;
    videos.set(name, known);
    return known;
  });
  const order = kept.map((_, i) => i).sort((a, b) => (videoOf[a] ?? 0) - (videoOf[b] ?? 0) || a - b);
  const rows = order.flatMap((i) => kept[i] ?? []);
  const labels = new Map<string, LabelColumn>();
  tasks.forEach((task, i) => {
    const reader = readers[i];
    if (reader !== undefined) labels.set(task.name, reader.read(rows.map(({ cells }) => cells)));
  });
  return {
    table: {
      rows: rows.length,
      videos: [...videos.keys()],
      video: Int32Array.from(order, (i) => videoOf[i] ?? 0),
      frame: Int32Array.from(rows, (_, i) => i + 1),
      image: rows.map(({ cells }) => cells[image] ?? ""),
      line: Int32Array.from(rows, ({ line }) => line),
      file,
      labels,
    },
    skipped,
    groups: group === undefined ? undefined : rows.map(({ cells }) => cells[group] ?? ""),
  };
}

function recordsOf(root: string, file: string): readonly (readonly string[])[] {
  try {
    const records: string[][] = parse(readText(root, file), {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    });
    return records;
  } catch (problem) {
    if (problem instanceof DataError) throw problem;
    throw new DataError(problem instanceof Error ? problem.message : String(problem), { file: join(root, file) });
  }
}

interface TaskReader {
  /** Why the row's cells cannot be read. */
  wrong(cells: readonly string[]): string | undefined;
  read(rows: readonly (readonly string[])[]): LabelColumn;
}

function taskReader({ name, meaning }: TaskPlan, format: CsvFormat, column: (name: string) => number): TaskReader {
  const plan = format.columns.get(name);
  const at = (plan?.columns ?? []).map(column);
  const isMissing = (cell: string) => cell === "" || cell === plan?.missing;
  const value = (cell: string): number | undefined => {
    if (meaning.kind === "classes") {
      const named = meaning.names.indexOf(plan?.classes?.[Number(cell)] ?? cell);
      return named < 0 ? undefined : named;
    }
    const number = Number(cell);
    if (meaning.kind === "units") return number === 0 || number === 1 ? number : undefined;
    return number >= meaning.min && number <= meaning.max ? number : undefined;
  };
  const expected =
    meaning.kind === "classes"
      ? meaning.names.join(", ")
      : meaning.kind === "units"
        ? "0 or 1"
        : `${meaning.min} to ${meaning.max}`;
  return {
    wrong(cells) {
      const wrong = at.find((i) => !isMissing(cells[i] ?? "") && value(cells[i] ?? "") === undefined);
      return wrong === undefined ? undefined : `${name} is ${JSON.stringify(cells[wrong])}, not ${expected}`;
    },
    read(rows) {
      const width = widthOf(meaning);
      const maskWidth = maskWidthOf(meaning);
      const values = new Float32Array(rows.length * width);
      const weight = new Float32Array(rows.length * maskWidth);
      rows.forEach((cells, row) => {
        at.forEach((i, k) => {
          const cell = cells[i] ?? "";
          const number = isMissing(cell) ? undefined : value(cell);
          if (number === undefined) return;
          weight[row * maskWidth + (meaning.kind === "units" ? k : 0)] = 1;
          if (meaning.kind === "classes") values[row * width + number] = 1;
          else values[row * width + (meaning.kind === "units" ? k : 0)] = number;
        });
      });
      return { meaning, values, weight };
    },
  };
}
