import { join } from "node:path";
import { sAffWild2 } from "../../../compiler/library/s-aff-wild2.ts";
import { maskWidthOf, widthOf } from "../../../compiler/library/task.ts";
import type { DataPlan, TaskPlan } from "../../../compiler/lower/plan-data.ts";
import type { AnnotationTable } from "../annotation-table.ts";
import type { LabelColumn } from "../label-column.ts";
import { type BadRow, BadRows, type OnBadRow } from "./bad-rows.ts";
import { refuseHeaderless } from "./listed-images.ts";
import { readText } from "./read-text.ts";

export interface ReadTable {
  readonly table: AnnotationTable;
  /** Rows of a video and frame that another row had already. */
  readonly duplicates: number;
  readonly skipped: readonly BadRow[];
}

export interface ReadOptions {
  readonly root: string;
  readonly file: string;
  readonly tasks: readonly TaskPlan[];
  readonly duplicates: DataPlan["duplicates"];
  readonly onBadRow: OnBadRow;
}

const columns = 16;
const missingValence = -5;
const missingLabel = -1;

/**
 * Reads an s-Aff-Wild2 annotation file: a header of five names over 16 columns by position (image, valence, arousal, expression, 12
 * action units), missing codes −5 for valence and arousal, −1 else; or a test list, which has only images. Videos are the exact first
 * part of the image's path, frames its number. Rows come out by video in order of appearance, frames ascending.
 */
export function readSAffWild2(options: ReadOptions): ReadTable {
  const { root } = options;
  const file = join(root, options.file);
  const text = readText(root, options.file);
  refuseHeaderless(text, file);
  const lines = text.split("\n");
  const bad = new BadRows();
  const rows: Row[] = [];
  const videos = new Map<string, number>();
  const places = new Map<string, number>();
  let duplicates = 0;
  for (let i = 1; i < lines.length; i += 1) {
    const line = lines[i]?.trim() ?? "";
    if (line === "") continue;
    const row = readRow(line, i + 1, videos, (reason, video) => bad.add({ file, line: i + 1, video, reason }));
    if (row === undefined) continue;
    const key = `${row.video}/${row.frame}`;
    const before = places.get(key);
    if (before === undefined) {
      places.set(key, rows.length);
      rows.push(row);
      continue;
    }
    duplicates += 1;
    if (options.duplicates === "keep_last") rows[before] = row;
    if (options.duplicates === "error")
      bad.add({
        file,
        line: i + 1,
        video: row.name,
        reason: `frame ${row.frame} is there twice, first on line ${rows[before]?.line}`,
      });
  }
  const skipped = bad.settle(options.onBadRow);
  rows.sort((a, b) => a.video - b.video || a.frame - b.frame);
  return { table: tableOf(rows, [...videos.keys()], file, options.tasks), duplicates, skipped };
}

interface Row {
  readonly video: number;
  readonly name: string;
  readonly frame: number;
  readonly image: string;
  readonly line: number;
  /** Valence, arousal, expression, 12 units; undefined for a test list. */
  readonly values: readonly number[] | undefined;
}

function readRow(
  text: string,
  line: number,
  videos: Map<string, number>,
  refuse: (reason: string, video: string | undefined) => void,
): Row | undefined {
  const cells = text.split(",");
  const image = cells[0] ?? "";
  const slash = image.lastIndexOf("/");
  const name = slash < 0 ? "" : image.slice(0, slash);
  const number = /^(\d+)\.\w+$/.exec(image.slice(slash + 1))?.[1];
  if (name === "" || number === undefined) {
    refuse(`the image ${JSON.stringify(image)} is not video/number.jpg`, undefined);
    return undefined;
  }
  const only = cells.length === 1 || (cells.length === 2 && cells[1] === "");
  if (!only && cells.length !== columns) {
    refuse(`the row has ${cells.length} columns, not ${columns}`, name);
    return undefined;
  }
  const values = only ? undefined : cells.slice(1).map((cell) => (cell.trim() === "" ? Number.NaN : Number(cell)));
  const reason = values === undefined ? undefined : wrongValue(values, cells);
  if (reason !== undefined) {
    refuse(reason, name);
    return undefined;
  }
  let video = videos.get(name);
  if (video === undefined) {
    video = videos.size;
    videos.set(name, video);
  }
  return { video, name, frame: Number.parseInt(number, 10), image, line, values };
}

function wrongValue(values: readonly number[], cells: readonly string[]): string | undefined {
  for (const [i, name] of sAffWild2.scalars.entries()) {
    const value = values[i] ?? Number.NaN;
    if (value !== missingValence && !(value >= -1 && value <= 1))
      return `${name} is ${cells[i + 1]}, neither within -1 and 1 nor -5`;
  }
  const expression = values[2] ?? Number.NaN;
  const classes = sAffWild2.classes.length;
  if (expression !== missingLabel && !(Number.isInteger(expression) && expression >= 0 && expression < classes)) {
    return `expression is ${cells[3]}, neither 0 to ${classes - 1} nor -1`;
  }
  const wrong = values.slice(3).findIndex((value) => value !== 0 && value !== 1 && value !== missingLabel);
  return wrong < 0 ? undefined : `${sAffWild2.units[wrong]} is ${cells[wrong + 4]}, neither 0, 1 nor -1`;
}

function tableOf(
  rows: readonly Row[],
  videos: readonly string[],
  file: string,
  tasks: readonly TaskPlan[],
): AnnotationTable {
  const labels = new Map<string, LabelColumn>();
  const labelled = rows.length === 0 || rows.some(({ values }) => values !== undefined);
  if (labelled) for (const task of tasks) labels.set(task.name, labelColumn(rows, task));
  return {
    rows: rows.length,
    videos,
    video: Int32Array.from(rows, ({ video }) => video),
    frame: Int32Array.from(rows, ({ frame }) => frame),
    image: rows.map(({ image }) => image),
    line: Int32Array.from(rows, ({ line }) => line),
    file,
    labels,
  };
}

function labelColumn(rows: readonly Row[], { name, meaning }: TaskPlan): LabelColumn {
  const width = widthOf(meaning);
  const maskWidth = maskWidthOf(meaning);
  const values = new Float32Array(rows.length * width);
  const weight = new Float32Array(rows.length * maskWidth);
  const put = (row: number, at: number, value: number, mask: number) => {
    values[row * width + at] = value;
    weight[row * maskWidth + mask] = 1;
  };
  rows.forEach((row, i) => {
    if (row.values === undefined) return;
    if (meaning.kind === "scalar") {
      const value = row.values[sAffWild2.scalars.indexOf(name)];
      if (value !== undefined && value !== missingValence) put(i, 0, value, 0);
    } else if (meaning.kind === "classes") {
      const label = meaning.byVideo === true ? row.name : sAffWild2.classes[row.values[2] ?? missingLabel];
      const at = label === undefined ? -1 : meaning.names.indexOf(label);
      if (at >= 0) put(i, at, 1, 0);
    } else {
      meaning.names.forEach((unit, at) => {
        const value = row.values?.[3 + sAffWild2.units.indexOf(unit)];
        if (sAffWild2.units.includes(unit) && value !== undefined && value !== missingLabel) put(i, at, value, at);
      });
    }
  });
  return { meaning, values, weight };
}
