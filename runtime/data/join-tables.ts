import { maskWidthOf, type TaskMeaning, widthOf } from "../../compiler/library/task.ts";
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
      [...new Set([...first.labels.keys(), ...second.labels.keys()])].flatMap((name) => {
        const meaning = (first.labels.get(name) ?? second.labels.get(name))?.meaning;
        return meaning === undefined ? [] : [[name, joinLabels(name, meaning, first, second)] as const];
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

/** What one of them does not label is missing there. */
function joinLabels(name: string, meaning: TaskMeaning, first: AnnotationTable, second: AnnotationTable): LabelColumn {
  const of = ({ labels, rows }: AnnotationTable) =>
    labels.get(name) ?? {
      values: new Float32Array(rows * widthOf(meaning)),
      weight: new Float32Array(rows * maskWidthOf(meaning)),
    };
  const [a, b] = [of(first), of(second)];
  return { meaning, values: joined(a.values, b.values), weight: joined(a.weight, b.weight) };
}

function joined<Numbers extends Float32Array | Int32Array>(first: Numbers, second: Numbers): Numbers;
function joined(first: Float32Array | Int32Array, second: Float32Array | Int32Array): Float32Array | Int32Array {
  const count = first.length + second.length;
  const all = first instanceof Float32Array ? new Float32Array(count) : new Int32Array(count);
  all.set(first);
  all.set(second, first.length);
  return all;
}
