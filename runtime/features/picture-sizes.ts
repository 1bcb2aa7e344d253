import { statSync } from "node:fs";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { imagePath, type OpenData, type Part, tableOf } from "../data/open-data.ts";

/** Rows of a part whose pictures are looked at: of millions, on a disk that is far away, all would take minutes. */
const most = 1024;

/** Known sizes by the table of a part, whose rows they are of. */
const known = new WeakMap<object, Map<string, readonly number[]>>();

/**
 * The bytes of the picture files of rows that are spread evenly over a part, of one image field after the other; −1 where there is none.
 * Pictures that were all made anew differ in some of them; a copy of the pictures has the same.
 */
export function pictureSizes(stage: StagePlan, data: OpenData, part: Part): readonly number[] {
  const table = tableOf(data, part);
  const sizes = known.get(table) ?? new Map<string, readonly number[]>();
  known.set(table, sizes);
  return imageFields(stage).flatMap((field) => {
    const own =
      sizes.get(field) ??
      rowsLookedAt(table.rows).map(
        (row) => statSync(imagePath(data, field, table, row), { throwIfNoEntry: false })?.size ?? -1,
      );
    sizes.set(field, own);
    return own;
  });
}

/** The first picture that has another size than it had then, in words. One that was or is not there is no other one. */
export function otherPicture(
  stage: StagePlan,
  data: OpenData,
  part: Part,
  then: readonly number[],
): string | undefined {
  if (then.length === 0) return undefined;
  const now = pictureSizes(stage, data, part);
  const place = now.findIndex((size, i) => size >= 0 && (then[i] ?? -1) >= 0 && size !== then[i]);
  if (place < 0) return undefined;
  const table = tableOf(data, part);
  const rows = rowsLookedAt(table.rows);
  return `${table.image[rows[place % rows.length] ?? 0]} has ${now[place]} bytes, and had ${then[place]}`;
}

function imageFields({ data: { fields } }: StagePlan): readonly string[] {
  return [...fields].flatMap(([name, { kind }]) => (kind === "images" ? [name] : []));
}

function rowsLookedAt(rows: number): readonly number[] {
  const count = Math.min(rows, most);
  return Array.from({ length: count }, (_, i) => Math.floor((i * rows) / count));
}
