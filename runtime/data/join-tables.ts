import type { AnnotationTable } from "./annotation-table.ts";
import type { LabelColumn } from "./label-column.ts";

/** The rows of both, first those of the first. A video that is in both is two: their frames are of different files. */
export function joinTables(first: AnnotationTable, second: AnnotationTable): AnnotationTable {
  const shift = first.videos.length;
  const { groups, root } = first;
  return {
    rows: first.rows + second.rows,
    videos: [...first.videos, ...second.videos],
    video: joined(
      first.video,
      second.video.map((each) => each + shift),
    ),
    frame: joined(first.frame, second.frame),
    image: [...first.image, ...second.image],
    line: joined(first.line, second.line),
    file: `${first.file} and ${second.file}`,
    labels: new Map(
      [...first.labels].flatMap(([name, labels]) => {
        const other = second.labels.get(name);
        return other === undefined ? [] : [[name, joinLabels(labels, other)] as const];
      }),
    ),
    ...(groups === undefined
      ? {}
      : {
          groups: new Map([...groups].map(([name, cells]) => [name, [...cells, ...(second.groups?.get(name) ?? [])]])),
        }),
    ...(root === undefined || second.root === undefined ? {} : { root: joined(root, second.root) }),
    ...(first.numbered === true ? { numbered: true } : {}),
  };
}

function joinLabels(first: LabelColumn, second: LabelColumn): LabelColumn {
  return {
    meaning: first.meaning,
    values: joined(first.values, second.values),
    weight: joined(first.weight, second.weight),
  };
}

function joined<Numbers extends Float32Array | Int32Array>(first: Numbers, second: Numbers): Numbers;
function joined(first: Float32Array | Int32Array, second: Float32Array | Int32Array): Float32Array | Int32Array {
  const count = first.length + second.length;
  const all = first instanceof Float32Array ? new Float32Array(count) : new Int32Array(count);
  all.set(first);
  all.set(second, first.length);
  return all;
}
