import type { LabelColumn } from "./label-column.ts";

/** Annotated frames as columns; row i of every array is the same frame. Rows of one video are adjacent, frames ascend. */
export interface AnnotationTable {
  readonly rows: number;
  /** Exact video names, in order of first appearance. */
  readonly videos: readonly string[];
  /** Row to index into `videos`. */
  readonly video: Int32Array;
  /** Row to frame number within its video, as the data set counts (1-based in Aff-Wild2). */
  readonly frame: Int32Array;
  /** Row to image path below the data's image folder, as written in the annotation file. */
  readonly image: readonly string[];
  /** Row to line number (1-based) in `file`. */
  readonly line: Int32Array;
  /** The annotation file, as the user named it. */
  readonly file: string;
  /** Labels by task name. */
  readonly labels: ReadonlyMap<string, LabelColumn>;
  /** Row to index of the root that its image is below, where the data have several. */
  readonly root?: Int32Array;
  /** By column that rows may be grouped by, row to its cell. */
  readonly groups?: ReadonlyMap<string, readonly string[]>;
  /** Stored features go by video and frame as they stand here: the image's path does not say them. */
  readonly numbered?: true;
}

/** Which frame of the data a row is, whatever part of them the table is. */
export function frameName({ videos, video, frame, image }: AnnotationTable, row: number): string {
  return `${videos[video[row] ?? 0] ?? ""} ${frame[row] ?? 0} ${image[row] ?? ""}`;
}
