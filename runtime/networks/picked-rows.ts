import type { AnnotationTable } from "../data/annotation-table.ts";
import type { FeatureMatrix } from "../data/loader/batch-loader.ts";
import type { OpenData, Part } from "../data/open-data.ts";
import type { PartResults } from "../train/run-graph.ts";

/** The rows of a table among the results of all data, by their images: a part or a fold is made of rows of several parts. */
export async function pickedRows(
  table: AnnotationTable,
  all: OpenData,
  part: Part,
  resultsOf: (part: Part) => Promise<PartResults>,
): Promise<ReadonlyMap<string, FeatureMatrix>> {
  if (all.parts.get(part) === table) return resultsOf(part);
  const picked = new Map<string, { readonly shape: readonly number[]; readonly values: Float32Array }>();
  const wanted = picturesOf(table);
  const missing = new Set(wanted);
  for (const each of part === "test" ? (["test"] as const) : (["train", "val"] as const)) {
    const whole = all.parts.get(each);
    const images = whole === undefined ? [] : picturesOf(whole);
    const rowOf = new Map(images.flatMap((image, row) => (missing.has(image) ? [[image, row] as const] : [])));
    if (rowOf.size === 0) continue;
    for (const [input, { shape, values }] of await resultsOf(each)) {
      const width = shape.reduce((product, size) => product * size, 1);
      const known = picked.get(input) ?? { shape, values: new Float32Array(table.rows * width) };
      picked.set(input, known);
      wanted.forEach((image, row) => {
        const from = rowOf.get(image);
        if (from !== undefined) known.values.set(values.subarray(from * width, (from + 1) * width), row * width);
      });
    }
    for (const image of rowOf.keys()) missing.delete(image);
  }
  if (missing.size > 0) throw new Error(`the whole data lack ${missing.size} of the images of their part ${part}`);
  return picked;
}

/** Row to its picture: a path, and below which of several roots. */
function picturesOf({ image, root }: AnnotationTable): readonly string[] {
  return root === undefined ? image : image.map((path, row) => `${root[row] ?? 0} ${path}`);
}
