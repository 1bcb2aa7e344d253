import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { maskWidthOf } from "../../compiler/library/task.ts";
import type { DataPlan, FormatPlan } from "../../compiler/lower/plan-data.ts";
import type { AnnotationTable } from "./annotation-table.ts";
import { DataError } from "./data-error.ts";
import type { BadRow, OnBadRow } from "./formats/bad-rows.ts";
import { readCsvTable } from "./formats/csv-table.ts";
import { readSAffWild2 } from "./formats/s-aff-wild2.ts";
import type { LabelColumn } from "./label-column.ts";
import { hashText, uniform } from "./loader/random.ts";

export type Part = "train" | "val" | "test";

/** Data as a stage sees them. */
export interface OpenData {
  readonly root: string;
  readonly parts: ReadonlyMap<Part, AnnotationTable>;
  /** Where the images of a field lie, of a row of a part. */
  readonly folderOf: (field: string, part: Part, row: number) => string;
  /** Of a part that is joined from several data sets, the first row of each. */
  readonly starts?: ReadonlyMap<Part, readonly number[]>;
  /** 64 hex digits over the content of the annotations that train and judge. */
  readonly identity: string;
  /** The same over the test list, which is often there only later and decides about no training; empty without one. */
  readonly listIdentity: string;
  /** Whether the pictures are drawn: said wherever their numbers are shown. */
  readonly synthetic: boolean;
  readonly duplicates: number;
  readonly skipped: readonly BadRow[];
  /** Rows whose image could not be read, with why, by part: filled as images are met, if they are to be skipped. */
  readonly badImages: ReadonlyMap<Part, Map<number, string>>;
}

/** The labels that predictions are judged by: none where the image could not be read. */
export function judgedLabels(data: OpenData, part: Part, task: string): LabelColumn | undefined {
  const column = data.parts.get(part)?.labels.get(task);
  const bad = data.badImages.get(part);
  if (column === undefined || bad === undefined || bad.size === 0) return column;
  const weight = column.weight.slice();
  const width = maskWidthOf(column.meaning);
  for (const row of bad.keys()) weight.fill(0, row * width, (row + 1) * width);
  return { ...column, weight };
}

/** The rows of a part; a DataError if the data have none. */
export function tableOf(data: OpenData, part: Part): AnnotationTable {
  const table = data.parts.get(part);
  if (table === undefined) throw new DataError(`there is no file for the part ${part}`, { file: data.root });
  return table;
}

function noBadImages(): OpenData["badImages"] {
  return new Map([
    ["train", new Map()],
    ["val", new Map()],
    ["test", new Map()],
  ]);
}

/** What marks a folder of drawn faces. */
export const syntheticMark = "SYNTHETIC.md";

/** Opens the data of a plan, whichever of their parts is meant. `cache` is where the drawn faces of a `synthetic(..)` format go. */
export async function openData(data: DataPlan, onBadRow: OnBadRow, cache: string): Promise<OpenData> {
  const { format } = data;
  if (format.kind === "csv") return openCsv(data, format, onBadRow);
  if (format.kind === "synthetic") {
    const root = join(cache, `synthetic-${format.videos}-${format.frames}-${format.seed}`);
    if (!existsSync(join(root, syntheticMark))) {
      // Only here are pictures drawn, and what draws them takes a while to load.
      const { synthesise } = await import("./synth/index.ts");
      await synthesise({ out: root, videos: format.videos, frames: format.frames, seed: format.seed });
    }
    return openAffWild2({ ...data, root }, { kind: "s_aff_wild2", parts: synthesisedParts }, onBadRow);
  }
  if (format.kind === "later") throw new Error(`the format ${format.name} is refused before anything is read`);
  return openAffWild2(data, format, onBadRow);
}

/** The names that `synthesise` gives its annotation files. */
export const synthesisedParts = {
  train: "training_set_annotations.txt",
  val: "validation_set_annotations.txt",
  test: "MTL.txt",
} as const;

function openAffWild2(
  data: DataPlan,
  { parts: files }: Extract<FormatPlan, { kind: "s_aff_wild2" }>,
  onBadRow: OnBadRow,
): OpenData {
  const parts = new Map<Part, AnnotationTable>();
  const skipped: BadRow[] = [];
  const digest = sha256.create();
  let listIdentity = "";
  let duplicates = 0;
  for (const part of ["train", "val", "test"] as const) {
    const file = files[part];
    if (file === undefined || (part === "test" && !existsSync(join(data.root, file)))) continue;
    const read = readSAffWild2({ root: data.root, file, tasks: data.tasks, duplicates: data.duplicates, onBadRow });
    parts.set(part, read.table);
    skipped.push(...read.skipped);
    duplicates += read.duplicates;
    const content = readFileSync(join(data.root, file));
    if (part === "test") listIdentity = bytesToHex(sha256(content));
    else digest.update(content);
  }
  return {
    root: data.root,
    parts,
    folderOf: folders(data),
    identity: bytesToHex(digest.update(utf8ToBytes(data.duplicates)).digest()),
    listIdentity,
    synthetic: existsSync(join(data.root, syntheticMark)),
    duplicates,
    skipped,
    badImages: noBadImages(),
  };
}

function openCsv(data: DataPlan, format: Extract<FormatPlan, { kind: "csv" }>, onBadRow: OnBadRow): OpenData {
  const { table, skipped, groups } = readCsvTable(data, format, data.tasks, onBadRow);
  const parts = new Map<Part, AnnotationTable>();
  const { split } = format;
  if (split === undefined) parts.set("train", table);
  else {
    const inTraining = Array.from(
      { length: table.rows },
      (_, i) => uniform(split.seed, hashText(groups?.[i] ?? String(i), 0x5917)) < split.share,
    );
    parts.set(
      "train",
      subTable(table, (i) => inTraining[i] === true),
    );
    parts.set(
      "val",
      subTable(table, (i) => inTraining[i] === false),
    );
  }
  for (const [part, { rows }] of parts) {
    if (rows === 0) throw new DataError(`the split leaves no row for ${part}`, { file: format.file });
  }
  return {
    root: data.root,
    parts,
    folderOf: folders(data),
    identity: bytesToHex(sha256(readFileSync(join(data.root, format.file)))),
    listIdentity: "",
    synthetic: existsSync(join(data.root, syntheticMark)),
    duplicates: 0,
    skipped,
    badImages: noBadImages(),
  };
}

function folders(data: DataPlan): OpenData["folderOf"] {
  return (field) => {
    const plan = data.fields.get(field);
    return resolve(data.root, plan?.kind === "images" ? plan.folder : ".");
  };
}

/** The rows that are kept, in order. */
export function subTable(table: AnnotationTable, keep: (row: number) => boolean): AnnotationTable {
  const rows = Int32Array.from({ length: table.rows }, (_, i) => i).filter(keep);
  const labels = new Map<string, LabelColumn>();
  for (const [name, { meaning, values, weight }] of table.labels) {
    const pick = (from: Float32Array): Float32Array => {
      const width = from.length / Math.max(1, table.rows);
      const to = new Float32Array(rows.length * width);
      rows.forEach((row, i) => {
        to.set(from.subarray(row * width, (row + 1) * width), i * width);
      });
      return to;
    };
    labels.set(name, { meaning, values: pick(values), weight: pick(weight) });
  }
  return {
    ...table,
    rows: rows.length,
    video: Int32Array.from(rows, (row) => table.video[row] ?? 0),
    frame: Int32Array.from(rows, (row) => table.frame[row] ?? 0),
    image: Array.from(rows, (row) => table.image[row] ?? ""),
    line: Int32Array.from(rows, (row) => table.line[row] ?? 0),
    labels,
  };
}
