import { existsSync } from "node:fs";
import { join } from "node:path";
import type { FormatPlan, PartName, TaskPlan } from "../../../compiler/lower/plan-data.ts";
import type { AnnotationTable } from "../annotation-table.ts";
import { DataError } from "../data-error.ts";
import { insideFolder } from "../inside-folder.ts";
import { type BadRow, BadRows, type OnBadRow } from "./bad-rows.ts";
import { csvRecords } from "./csv-records.ts";
import { type FrameRecord, tableOfRecords } from "./frame-records.ts";
import { labelReader } from "./label-reader.ts";
import { firstNumbered } from "./numbered-images.ts";
import { entriesOf } from "./walked-images.ts";

type Bp4dFormat = Extract<FormatPlan, { readonly kind: "bp4d" }>;

/** Where the release has its tables of occurrence. */
const usualTables = "AUCoding/AU_OCC";
const notCoded = "9";

export interface Bp4dTables {
  readonly table: AnnotationTable;
  readonly skipped: readonly BadRow[];
  /** Their files, below the root. */
  readonly files: readonly string[];
}

/**
 * Reads action units as BP4D has them (Zhang et al., Image and Vision Computing 2014): a table `F001_T1.csv` for each subject and session,
 * whose first row names the units by number and whose others have a frame's number, then 1 or 0 for each unit, 9 where it is not coded.
 * The frame's image is the file of that number in `F001/T1` or `F001_T1` of the images' folder.
 */
export function readBp4d(
  root: string,
  { parts, columns }: Bp4dFormat,
  images: string,
  part: PartName | undefined,
  tasks: readonly TaskPlan[],
  onBadRow: OnBadRow,
): Bp4dTables {
  const tables = (part === undefined ? parts.train : parts[part]) ?? usualTables;
  const [folder, pictures] = [insideFolder(root, tables), insideFolder(root, images)];
  if (folder === undefined || pictures === undefined)
    throw new DataError("the folder leaves the root", { file: tables });
  if (!existsSync(folder))
    throw new DataError("there is no such folder; `train:` says where the tables of action units are", {
      file: folder,
    });
  const units = unitsOf(tasks, columns);
  const place = new Map([...units, "subject", "session"].map((name, i) => [name, i]));
  const readers = tasks.map((task) =>
    labelReader(task, columns.get(task.name) ?? codedPlan(task), (name) => place.get(name)),
  );
  const bad = new BadRows();
  const records: FrameRecord[] = [];
  const files = entriesOf(folder).flatMap(({ name }) => (/\.csv$/i.test(name) ? [name] : []));
  for (const name of files) {
    const file = join(folder, name);
    const [, subject, session] = /^([A-Za-z]+\d+)_([A-Za-z]+\d+)\.csv$/i.exec(name) ?? [];
    if (subject === undefined || session === undefined) {
      bad.add({
        file,
        line: undefined,
        video: undefined,
        reason: "the name is not that of a subject and a session, such as F001_T1.csv",
      });
      continue;
    }
    const video = `${subject}_${session}`;
    const shown = firstNumbered(pictures, [`${subject}/${session}`, video]);
    if (shown === undefined) {
      bad.add({ file, line: undefined, video, reason: `there are no images ${subject}/${session} below ${images}` });
      continue;
    }
    const [header = [], ...rows] = csvRecords(folder, name);
    const codes = codesIn(header, units);
    const seen = new Set<number>();
    rows.forEach((row, i) => {
      const refuse = (reason: string) => bad.add({ file, line: i + 2, video, reason });
      const frame = Number(/^\d{1,9}$/.exec(row[0] ?? "")?.[0] ?? Number.NaN);
      const image = shown.byNumber.get(frame);
      const cells = [...codes.map((at) => (at === undefined ? notCoded : (row[at] ?? ""))), subject, session];
      const wrong = readers.map((reader) => reader.wrong(cells)).find((each) => each !== undefined);
      if (row.length !== header.length) refuse(`the row has ${row.length} columns, the header ${header.length}`);
      else if (Number.isNaN(frame)) refuse(`${JSON.stringify(row[0])} is not a frame's number`);
      else if (seen.has(frame)) refuse(`the frame ${frame} is there twice`);
      else if (wrong !== undefined) refuse(wrong);
      else if (image === undefined) refuse(`there is no image of the frame ${frame} in ${join(images, shown.folder)}`);
      else records.push({ video, frame, image: `${shown.folder}/${image}`, line: i + 2, cells });
      seen.add(frame);
    });
  }
  const skipped = bad.settle(onBadRow);
  if (records.length === 0) throw new DataError("it has no coded frame", { file: folder });
  const groups = new Map(["subject", "session"].map((name) => [name, place.get(name) ?? 0]));
  return {
    table: tableOfRecords(records, { file: folder, readers, groups, numbered: true }),
    skipped,
    files: files.map((name) => join(tables, name)),
  };
}

/** A task of units that `labels` does not speak of has each under its own name. */
function codedPlan({ meaning }: TaskPlan) {
  return { columns: meaning.kind === "units" ? meaning.names : [], missing: notCoded, classes: undefined };
}

/** Every unit that some task reads. */
function unitsOf(tasks: readonly TaskPlan[], columns: Bp4dFormat["columns"]): readonly string[] {
  const named = tasks.flatMap((task) => (columns.get(task.name) ?? codedPlan(task)).columns);
  return [...new Set(named)].filter((name) => /^AU\d+$/.test(name));
}

/** Where a table has each unit: headers say `12`, `AU12` or `AU012`. Undefined where it has none: it is not coded. */
function codesIn(header: readonly string[], units: readonly string[]): readonly (number | undefined)[] {
  const places = new Map<string, number>();
  header.forEach((cell, at) => {
    const number = /^(?:AU)?0*(\d+)$/i.exec(cell)?.[1];
    if (at > 0 && number !== undefined && !places.has(number)) places.set(number, at);
  });
  return units.map((unit) => places.get(unit.slice(2)));
}
