import { counted } from "../compiler/lower/describe-plan.ts";
import type { WeightFile, WeightTensor } from "../runtime/weights/weight-file.ts";
import { textTable } from "./text-table.ts";
import type { Fit, Likeness } from "./weight-fits.ts";

/** What a file of weights holds, for people: tensors that differ in numbers of their names alone stand in one line. */
export function weightsText(file: WeightFile, like: readonly Likeness[], fits: readonly Fit[]): string {
  const { kind, tensors, boxes, others, classes } = file;
  const numbers = [...tensors.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const parts = [`${kind}: ${tensors.size} tensors, ${counted(numbers)} numbers`];
  if (boxes.length > 0) parts.push(`dictionaries around them: ${boxes.join(", ")}`);
  if (tensors.size > 0) parts.push(textTable([["", "shape", "type", ""], ...foldedRows(tensors)]));
  if (others.length > 0) parts.push(`beside them:\n${textTable(others.map(({ name, what }) => [name, what]))}`);
  if (classes.length > 0)
    parts.push(`classes of Python, none of which is looked for or run:\n${textTable(classes.map((each) => [each]))}`);
  if (like.length > 0)
    parts.push(
      `names like those of:\n${textTable(
        like.map(({ names, behind, tensors: count }) => [names, `${count} tensors`, behindText(behind)]),
      )}`,
    );
  if (fits.length > 0)
    parts.push(
      `fits:\n${textTable(
        fits.map(({ layer, names, behind, found, weights }) => [
          layer,
          `names: ${names}`,
          `${found} of ${weights} weights`,
          behindText(behind),
        ]),
      )}`,
    );
  return parts.join("\n\n");
}

function behindText(behind: string): string {
  return behind === "" ? "" : `behind ${behind}`;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

interface Fold {
  readonly names: string[];
  readonly tensor: WeightTensor;
}

function foldedRows(tensors: ReadonlyMap<string, WeightTensor>): readonly (readonly string[])[] {
  const folds = new Map<string, Fold>();
  for (const [name, tensor] of tensors) {
    const key = `${name.replace(/\d+/g, "0")} ${tensor.shape.join()} ${tensor.type}`;
    const fold = folds.get(key);
    if (fold === undefined) folds.set(key, { names: [name], tensor });
    else fold.names.push(name);
  }
  return [...folds.values()].map(({ names, tensor: { shape, type } }) => [
    foldedName(names),
    `[${shape.join(", ")}]`,
    type,
    names.length > 1 ? `${names.length} ×` : "",
  ]);
}

/** `blocks.{0 .. 11}.norm1.weight` */
function foldedName(names: readonly string[]): string {
  const [first = ""] = names;
  if (names.length === 1) return first;
  const parts = names.map((name) => name.split(/(\d+)/));
  return first
    .split(/(\d+)/)
    .map((part, i) => {
      const values = new Set(parts.map((each) => each[i]));
      const sorted = [...values].map(Number).sort((a, b) => a - b);
      return values.size === 1 ? part : `{${sorted[0]} .. ${sorted.at(-1)}}`;
    })
    .join("");
}
