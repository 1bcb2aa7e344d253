import { maskWidthOf, type TaskMeaning, widthOf } from "../../../compiler/library/task.ts";
import type { ColumnPlan, TaskPlan } from "../../../compiler/lower/plan-data.ts";
import type { LabelColumn } from "../label-column.ts";

type Cells = readonly string[];

/** Labels of one task out of rows of cells. */
export interface LabelReader {
  readonly task: string;
  /** Why the row's cells cannot be read. */
  wrong(cells: Cells): string | undefined;
  read(rows: readonly Cells[]): LabelColumn;
}

/**
 * Reads columns as `labels` say (language rules 36 and 37): one for each unit, one of a class's name or number, one of a number. A name of
 * `mixtures` is several classes in equal shares. `column` gives a column's place among the cells; units without one are masked.
 */
export function labelReader(
  { name, meaning }: TaskPlan,
  plan: ColumnPlan,
  column: (name: string) => number | undefined,
): LabelReader {
  const at = plan.columns.map(column);
  const weightAt = plan.weight === undefined ? undefined : column(plan.weight);
  const cellOf = (cells: Cells, i: number | undefined) => (i === undefined ? "" : (cells[i] ?? ""));
  const isMissing = (cell: string) => cell === "" || cell === plan.missing;
  const width = widthOf(meaning);
  const maskWidth = maskWidthOf(meaning);
  const shares = sharesOf(meaning, plan);
  const weightOf = (cells: Cells) => (weightAt === undefined ? 1 : Number(cellOf(cells, weightAt)));
  return {
    task: name,
    wrong(cells) {
      const weight = weightOf(cells);
      if (!(weight >= 0 && weight < 2 ** 24) || (weightAt !== undefined && cellOf(cells, weightAt) === ""))
        return `the weight of ${name} is ${JSON.stringify(cellOf(cells, weightAt))}, not a number from 0`;
      const wrong = at.find((i) => !isMissing(cellOf(cells, i)) && shares(cellOf(cells, i)) === undefined);
      if (wrong === undefined) return undefined;
      return `${name} is ${JSON.stringify(cellOf(cells, wrong))}, not ${expectedOf(meaning, plan)}`;
    },
    read(rows) {
      const values = new Float32Array(rows.length * width);
      const weight = new Float32Array(rows.length * maskWidth);
      rows.forEach((cells, row) => {
        at.forEach((i, k) => {
          const cell = cellOf(cells, i);
          const own = isMissing(cell) ? undefined : shares(cell);
          const counts = weightOf(cells);
          if (own === undefined || counts === 0) return;
          const place = meaning.kind === "units" ? k : 0;
          weight[row * maskWidth + place] = counts;
          for (const [entry, value] of own) values[row * width + place + entry] = value;
        });
      });
      return { meaning, values, weight };
    },
  };
}

/** What a cell says: entries of the label that are not 0, counted from its own place; undefined if it says nothing that is known. */
function sharesOf(meaning: TaskMeaning, plan: ColumnPlan): (cell: string) => ReadonlyMap<number, number> | undefined {
  if (meaning.kind === "classes") {
    const mixtures = new Map(
      [...(plan.mixtures ?? [])].map(([name, of]) => [
        name,
        // A class that is named twice has two shares.
        of.reduce((sum, each) => added(sum, meaning.names.indexOf(each), 1 / of.length), new Map<number, number>()),
      ]),
    );
    return (cell) => {
      const mixed = mixtures.get(cell);
      if (mixed !== undefined) return mixed;
      const place = meaning.names.indexOf(plan.classes?.[Number(cell)] ?? cell);
      return place < 0 ? undefined : new Map([[place, 1]]);
    };
  }
  const [min, max] = meaning.kind === "units" ? [0, 1] : [meaning.min, meaning.max];
  return (cell) => {
    const number = Number(cell);
    const fits = number >= min && number <= max && (meaning.kind === "scalar" || Number.isInteger(number));
    return fits && Number.isFinite(number) ? new Map([[0, number]]) : undefined;
  };
}

function added(sum: Map<number, number>, at: number, share: number): Map<number, number> {
  return sum.set(at, (sum.get(at) ?? 0) + share);
}

function expectedOf(meaning: TaskMeaning, { classes, mixtures }: ColumnPlan): string {
  if (meaning.kind === "units") return "0 or 1";
  if (meaning.kind === "scalar") return `${meaning.min} to ${meaning.max}`;
  const numbers = classes === undefined ? "" : ` or 0 to ${classes.length - 1} in the order of \`classes\``;
  return `${[...meaning.names, ...(mixtures?.keys() ?? [])].join(", ")}${numbers}`;
}
