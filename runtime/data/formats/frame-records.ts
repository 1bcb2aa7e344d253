import type { AnnotationTable } from "../annotation-table.ts";
import type { LabelReader } from "./label-reader.ts";

/** One annotated frame as a format has it. */
export interface FrameRecord {
  readonly video: string;
  readonly frame: number;
  /** Path below the images' folder. */
  readonly image: string;
  /** From 1, in the file that annotates it. */
  readonly line: number;
  readonly cells: readonly string[];
  /** The root that it is below, where there are several. */
  readonly root?: number;
}

export interface RecordOptions {
  /** The file that annotates them, or the folder of such files. */
  readonly file: string;
  readonly readers: readonly LabelReader[];
  /** Columns that rows may be grouped by: their places among the cells. */
  readonly groups: ReadonlyMap<string, number>;
  /** Whether stored features go by video and frame instead of the image's path. */
  readonly numbered?: true;
}

/** Records as a table: by video in order of appearance, frames ascending. */
export function tableOfRecords(records: readonly FrameRecord[], options: RecordOptions): AnnotationTable {
  const { file, readers, groups } = options;
  const videos = new Map<string, number>();
  for (const { video } of records) if (!videos.has(video)) videos.set(video, videos.size);
  const placeOf = ({ video }: FrameRecord) => videos.get(video) ?? 0;
  const rows = records.toSorted((a, b) => placeOf(a) - placeOf(b) || a.frame - b.frame);
  const cells = rows.map((row) => row.cells);
  return {
    rows: rows.length,
    videos: [...videos.keys()],
    video: Int32Array.from(rows, placeOf),
    frame: Int32Array.from(rows, ({ frame }) => frame),
    image: rows.map(({ image }) => image),
    line: Int32Array.from(rows, ({ line }) => line),
    file,
    labels: new Map(readers.map((reader) => [reader.task, reader.read(cells)])),
    ...(groups.size === 0
      ? {}
      : { groups: new Map([...groups].map(([column, at]) => [column, cells.map((own) => own[at] ?? "")])) }),
    ...(rows.some(({ root }) => root !== undefined) ? { root: Int32Array.from(rows, ({ root = 0 }) => root) } : {}),
    ...(options.numbered === true ? { numbered: true } : {}),
  };
}
