import type { AnnotationTable } from "../../runtime/data/annotation-table.ts";

/** A table of videos by their frame numbers. */
export function tableOf(videos: readonly (readonly number[])[]): AnnotationTable {
  const frames = videos.flat();
  return {
    rows: frames.length,
    videos: videos.map((_, i) => String(i)),
    video: Int32Array.from(videos.flatMap((each, i) => each.map(() => i))),
    frame: Int32Array.from(frames),
    image: frames.map(String),
    line: Int32Array.from(frames),
    file: "rows.txt",
    labels: new Map(),
  };
}
