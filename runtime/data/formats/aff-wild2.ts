import { join } from "node:path";
import { sAffWild2 } from "../../../compiler/library/s-aff-wild2.ts";
import type { ColumnPlan, TaskPlan } from "../../../compiler/lower/plan-data.ts";
import type { AnnotationTable } from "../annotation-table.ts";
import { DataError } from "../data-error.ts";
import { insideFolder } from "../inside-folder.ts";
import { expressionColumn, FrameLabels } from "./aff-wild2-labels.ts";
import { type BadRow, BadRows, type OnBadRow } from "./bad-rows.ts";
import { type FrameRecord, tableOfRecords } from "./frame-records.ts";
import { labelReader } from "./label-reader.ts";
import { numberedImages } from "./numbered-images.ts";
import { readText } from "./read-text.ts";
import { entriesOf } from "./walked-images.ts";

export interface AffWild2Part {
  readonly table: AnnotationTable;
  readonly skipped: readonly BadRow[];
  /** Annotated frames of which there is no picture: no face was found in them. They are no rows. */
  readonly withoutImage: number;
  /** What was read, below the root. */
  readonly files: readonly string[];
}

/**
 * Reads the original Aff-Wild2's annotations (arXiv 1811.07770; the challenges of one task): in each folder a text file for each video,
 * a header, then the labels of frame 1, 2, .. line by line; −5 of valence and arousal, −1 of expressions and units where a frame is not
 * annotated. A video that several folders annotate has the labels of each. `images` is where a frame is `VIDEO/00001.jpg`, the number
 * that of its line; undefined where no picture is read, and every line is a row.
 */
export function readAffWild2(
  root: string,
  folders: readonly string[],
  images: string | undefined,
  tasks: readonly TaskPlan[],
  onBadRow: OnBadRow,
): AffWild2Part {
  const bad = new BadRows();
  const labels = new FrameLabels();
  const files: string[] = [];
  for (const folder of folders) {
    const path = insideFolder(root, folder);
    if (path === undefined) throw new DataError("the folder leaves the data's root", { file: folder });
    const names = entriesOf(path).flatMap(({ name }) => (/^[^.].*\.txt$/i.test(name) ? [name] : []));
    if (names.length === 0) throw new DataError("it has no text files, one for each video", { file: path });
    for (const name of names) {
      files.push(join(folder, name));
      labels.read(root, join(folder, name), name.slice(0, -".txt".length), bad);
    }
  }
  const records: FrameRecord[] = [];
  let withoutImage = 0;
  for (const [video, frames] of [...labels.videos].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const pictures = images === undefined ? undefined : numberedImages(join(images, video));
    if (images !== undefined && pictures === undefined) {
      bad.add({ file: images, line: undefined, video, reason: `there is no folder of images ${video}` });
      continue;
    }
    for (const [frame, { line, cells }] of frames) {
      const image = pictures === undefined ? `${String(frame).padStart(5, "0")}.jpg` : pictures.get(frame);
      if (image === undefined) withoutImage += 1;
      else records.push({ video, frame, image: `${video}/${image}`, line, cells });
    }
  }
  const skipped = bad.settle(onBadRow);
  const file = folders.map((folder) => join(root, folder)).join(" and ");
  if (records.length === 0) throw new DataError("it annotates no frame that has a picture", { file });
  const place = new Map(labels.columns.map((name, i) => [name, i]));
  const readers = tasks.map((task) => labelReader(task, columnsOf(task), (name) => place.get(name)));
  const table = tableOfRecords(records, { file, readers, groups: new Map(), numbered: true });
  return { table, skipped, withoutImage, files };
}

/** Where a task's labels are among a frame's cells: of a class its number, in the order of the data's classes. */
function columnsOf({ name, meaning }: TaskPlan): ColumnPlan {
  if (meaning.kind === "classes")
    return { columns: [expressionColumn], missing: undefined, classes: sAffWild2.classes };
  return { columns: meaning.kind === "scalar" ? [name] : meaning.names, missing: undefined, classes: undefined };
}

/** The videos of a test list, one a line with or without what follows a comma, and every picture of each. */
export function readVideoList(root: string, file: string, images: string): AnnotationTable {
  const path = join(root, file);
  const records = readText(root, file)
    .split(/\r?\n/)
    .flatMap((text, i): FrameRecord[] => {
      const video = (text.split(",")[0] ?? "").trim();
      if (video === "") return [];
      const folder = insideFolder(images, video);
      const pictures = folder === undefined ? undefined : numberedImages(folder);
      if (pictures === undefined)
        throw new DataError(`there is no folder of images ${JSON.stringify(video)}`, { file: path, line: i + 1 });
      return [...pictures].map(([frame, image]) => ({
        video,
        frame,
        image: `${video}/${image}`,
        line: i + 1,
        cells: [],
      }));
    });
  if (records.length === 0) throw new DataError("the list names no video that has a picture", { file: path });
  return tableOfRecords(records, { file: path, readers: [], groups: new Map(), numbered: true });
}
