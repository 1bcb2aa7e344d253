import { join } from "node:path";
import type { FormatPlan, PartName, TaskPlan } from "../../../compiler/lower/plan-data.ts";
import type { AnnotationTable } from "../annotation-table.ts";
import { DataError } from "../data-error.ts";
import { insideFolder } from "../inside-folder.ts";
import { type BadRow, BadRows, type OnBadRow } from "./bad-rows.ts";
import { type FrameRecord, tableOfRecords } from "./frame-records.ts";
import { labelReader } from "./label-reader.ts";
import { walkedImages } from "./walked-images.ts";

type FoldersFormat = Extract<FormatPlan, { readonly kind: "folders" }>;

export interface ImageFolders {
  readonly table: AnnotationTable;
  readonly skipped: readonly BadRow[];
}

/**
 * All images below the folder `images` of every root, or below a part's folder in it. A folder is a video: its images are numbered by
 * their names where these are different numbers, else from 1 in the order of the names. The name of the folder that an image is in is the
 * column `folder`.
 */
export function readImageFolders(
  { roots, columns, parts }: FoldersFormat,
  images: string,
  part: PartName | undefined,
  tasks: readonly TaskPlan[],
  onBadRow: OnBadRow,
): ImageFolders {
  const below = part === undefined ? "" : (parts[part] ?? "");
  const readers = tasks.flatMap((task) => {
    const plan = columns.get(task.name);
    return plan === undefined ? [] : [labelReader(task, plan, (name) => (name === "folder" ? 0 : undefined))];
  });
  const bad = new BadRows();
  const records: FrameRecord[] = [];
  roots.forEach((root, r) => {
    const folder = insideFolder(root, images);
    const start = folder === undefined ? undefined : insideFolder(folder, below);
    if (start === undefined) throw new DataError(`${join(images, below)} leaves the root`, { file: root });
    const prefix = below === "" ? "" : `${below.replace(/\/+$/, "")}/`;
    for (const [directory, names] of byFolder(walkedImages(start))) {
      const cell = directory.slice(directory.lastIndexOf("/") + 1);
      const wrong = readers.map((reader) => reader.wrong([cell])).find((each) => each !== undefined);
      const video = [...(roots.length > 1 ? [root] : []), ...(directory === "" ? ["."] : [directory])].join("/");
      if (wrong !== undefined) {
        bad.add({ file: join(start, directory), line: undefined, video: undefined, reason: wrong });
        continue;
      }
      const frames = numbered(names);
      names.forEach((name, i) => {
        const image = `${prefix}${directory === "" ? "" : `${directory}/`}${name}`;
        const frame = frames[i] ?? i + 1;
        records.push({ video, frame, image, line: 0, cells: [cell], ...(roots.length > 1 ? { root: r } : {}) });
      });
    }
  });
  const skipped = bad.settle(onBadRow);
  const file = roots.map((root) => join(root, images, below)).join(", ");
  if (records.length === 0) throw new DataError("there is no JPEG or PNG in it or below it", { file });
  return { table: tableOfRecords(records, { file, readers, groups: new Map([["folder", 0]]) }), skipped };
}

/** Names of images by the folder that they are in, both in order. */
function byFolder(paths: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const folders = new Map<string, string[]>();
  for (const path of paths) {
    const slash = path.lastIndexOf("/");
    const folder = slash < 0 ? "" : path.slice(0, slash);
    const names = folders.get(folder) ?? [];
    names.push(path.slice(slash + 1));
    folders.set(folder, names);
  }
  return folders;
}

/** The numbers that names are; 1, 2, .. where they are none, or two the same. */
function numbered(names: readonly string[]): readonly number[] {
  const numbers = names.map((name) => Number(/^(\d{1,9})\.\w+$/.exec(name)?.[1] ?? Number.NaN));
  const different = new Set(numbers).size === names.length && !numbers.some(Number.isNaN);
  return different ? numbers : names.map((_, i) => i + 1);
}
