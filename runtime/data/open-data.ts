import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { maskWidthOf } from "../../compiler/library/task.ts";
import type { DataPlan, PartName } from "../../compiler/lower/plan-data.ts";
import type { AnnotationTable } from "./annotation-table.ts";
import { DataError } from "./data-error.ts";
import type { BadRow, OnBadRow } from "./formats/bad-rows.ts";
import { openAffWild2, openBp4d, openCsv, openFolders, openSAffWild2, type ReadParts } from "./formats/read-parts.ts";
import type { LabelColumn } from "./label-column.ts";

export type Part = PartName;

/** Data as a stage sees them. */
export interface OpenData {
  readonly root: string;
  readonly parts: ReadonlyMap<Part, AnnotationTable>;
  /** How many roots rows may be below. */
  readonly roots: number;
  /** Where the images of a field lie, by root. */
  readonly foldersOf: (field: string) => readonly string[];
  /** Of a part that is joined from several data sets, the first row of each. */
  readonly starts?: ReadonlyMap<Part, readonly number[]>;
  /** 64 hex digits over the content of the annotations that train and judge. */
  readonly identity: string;
  /** The same over the test list, which is often there only later and decides about no training; empty without one. */
  readonly listIdentity: string;
  /** Whether the pictures are drawn: said wherever their numbers are shown. */
  readonly synthetic: boolean;
  readonly duplicates: number;
  /** Annotated frames that are no rows as there is no picture of them, in formats where that is usual. */
  readonly withoutImage: number;
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

/** Where a row's image of a field is, whether it is there or not. */
export function imagePath(data: OpenData, field: string, { image, root }: AnnotationTable, row: number): string {
  return join(data.foldersOf(field)[root?.[row] ?? 0] ?? "", image[row] ?? "");
}

/** What marks a folder of drawn faces. */
export const syntheticMark = "SYNTHETIC.md";

/** Where `synthesise` puts its pictures, whatever the folder of those that they stand in for. */
const synthesisedImages = "cropped_aligned";
/** The names that `synthesise` gives its annotation files. */
export const synthesisedParts = {
  train: "training_set_annotations.txt",
  val: "validation_set_annotations.txt",
  test: "MTL.txt",
} as const;

/** Opens the data of a plan, whichever of their parts is meant. `cache` is where the drawn faces of a `synthetic(..)` format go. */
export async function openData(data: DataPlan, onBadRow: OnBadRow, cache: string): Promise<OpenData> {
  const { format } = data;
  switch (format.kind) {
    case "s_aff_wild2":
      return opened(data, openSAffWild2(data, format, onBadRow));
    case "csv":
      return opened(data, openCsv(data, format, onBadRow));
    case "folders":
      return opened(data, openFolders(data, format, onBadRow), format.roots);
    case "bp4d":
      return opened(data, openBp4d(data, format, onBadRow));
    case "aff_wild2":
      return opened(data, openAffWild2(data, format, onBadRow));
    case "synthetic": {
      const root = join(cache, `synthetic-${format.videos}-${format.frames}-${format.seed}`);
      if (!existsSync(join(root, syntheticMark))) {
        // Only here are pictures drawn, and what draws them takes a while to load.
        const { synthesise } = await import("./synth/index.ts");
        await synthesise({ out: root, videos: format.videos, frames: format.frames, seed: format.seed });
      }
      const drawn = { ...data, root };
      const read = openSAffWild2(drawn, { kind: "s_aff_wild2", parts: synthesisedParts }, onBadRow);
      return { ...opened(drawn, read), foldersOf: () => [resolve(root, synthesisedImages)] };
    }
  }
}

function opened(data: DataPlan, read: ReadParts, roots: readonly string[] = [data.root]): OpenData {
  return {
    root: data.root,
    roots: roots.length,
    foldersOf: (field) => {
      const plan = data.fields.get(field);
      return roots.map((root) => resolve(root, plan?.kind === "images" ? plan.folder : "."));
    },
    synthetic: roots.every((root) => existsSync(join(root, syntheticMark))),
    badImages: new Map([
      ["train", new Map()],
      ["val", new Map()],
      ["test", new Map()],
    ]),
    ...read,
  };
}
