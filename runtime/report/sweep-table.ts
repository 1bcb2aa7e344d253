import { stringify } from "csv-stringify/sync";
import { durationText } from "../../compiler/lower/describe-plan.ts";
import type { SearchPlan, SweepPlan } from "../../compiler/lower/plan.ts";
import type { TrialResult } from "../../compiler/lower/results.ts";
import type { TaskScore } from "../evaluate/score-task.ts";
import { listOf, perhaps, record, text } from "../json/schema.ts";
import type { Result } from "../run/results.ts";
import { metricValue } from "../train/metric-value.ts";

/** What a sweep's variants are and reached: a row for each, those that differ in their seed alone in one. */
export interface SweepTable {
  readonly name: string;
  /** Names of the axes, or of the arguments that the listed stages were given; of a list of tasks or stages one for each, as in the paper. */
  readonly axes: readonly string[];
  /** The entries of `report`, as written. */
  readonly metrics: readonly string[];
  readonly rows: readonly SweepRow[];
}

export interface SweepRow {
  /** Empty where a variant does not have this axis, a check mark where its list has this task or stage. */
  readonly axes: readonly string[];
  /** The stages or assemblies behind the row: one for each seed. */
  readonly of: readonly string[];
  readonly values: readonly SweepValue[];
  /** Of a trial of a search, what became of it; empty for others, and for those that are neither the best nor ended early. */
  readonly trial: string;
}

/** The mean over seeds; null where a task has no label. */
export interface SweepValue {
  readonly mean: number | null;
  /** The standard deviation over seeds, of a sample; null for fewer than two. */
  readonly spread: number | null;
}

type Point = SweepPlan["points"][number];

const seed = "seed";

/** The table of a sweep from the scores of its variants, and what its trials reached; `labelOf` names a stage by its hash. */
export function sweepTable(
  { name, points, report, search }: SweepPlan,
  results: readonly Result[],
  labelOf: (hash: string) => string,
  trials: readonly TrialResult[] = [],
): SweepTable {
  const nameOf = ({ of }: Point) => (of.kind === "stage" ? labelOf(of.hash) : of.name);
  const scoresOf = new Map<string, Map<string, TaskScore>>();
  for (const { of, task, score } of results) {
    const scores = scoresOf.get(of) ?? new Map<string, TaskScore>();
    scoresOf.set(of, scores.set(task.name, score));
  }
  const repeated = new Set(points.map(({ axes }) => axes.get(seed))).size > 1;
  const rows = new Map<string, Point[]>();
  for (const point of points) {
    const own = [...point.axes].filter(([axis]) => !(repeated && axis === seed));
    // What has no axes, as a plain name in a list, is told apart by its name.
    const key = JSON.stringify(point.axes.size === 0 ? nameOf(point) : [point.declared, own]);
    rows.set(key, [...(rows.get(key) ?? []), point]);
  }
  const axes = columnsOf([...rows.values()].flatMap(([first]) => first ?? [])).filter(
    ({ axis }) => !(repeated && axis === seed),
  );
  return {
    name,
    axes: axes.map(({ title }) => title),
    metrics: report,
    rows: [...rows.values()].map((same) => ({
      axes: axes.map(({ cell }) => (same[0] === undefined ? "" : cell(same[0]))),
      of: [...new Set(same.map(nameOf))],
      values: report.map((_, i) =>
        summary(
          same.map((point) => {
            const metric = point.metrics[i];
            const scores = scoresOf.get(nameOf(point));
            return metric === undefined || scores === undefined ? undefined : metricValue(metric, scores);
          }),
        ),
      ),
      trial: trialText(same[0]?.trial?.number, trials, search),
    })),
  };
}

function trialText(number: number | undefined, trials: readonly TrialResult[], search: SearchPlan | undefined): string {
  const own = number === undefined ? undefined : trials[number];
  if (own === undefined || search === undefined) return "";
  const { value, ended } = own;
  if (ended !== null) {
    if (value === null || search.prune === undefined) return "not trained to its end";
    const { every, factor } = search.prune;
    const limit = durationText({ unit: every.unit, value: every.value * factor ** ended });
    return `ended after ${limit} at ${value.toFixed(4)}`;
  }
  if (value === null) return "failed";
  const whole = trials.flatMap((trial) => (trial.ended === null && trial.value !== null ? [trial.value] : []));
  return value === Math.max(...whole) ? "best" : "";
}

/** A column of a table beside its metrics. */
interface Column {
  readonly axis: string;
  readonly title: string;
  readonly cell: (point: Point) => string;
}

/** Columns that tell all rows apart: of the axes, and where these do not, of the stages that are declared. */
function columnsOf(points: readonly Point[]): readonly Column[] {
  const names = [...new Set(points.flatMap((point) => [...point.axes.keys()]))];
  const columns = names.flatMap((axis) => axisColumns(axis, points));
  const rows = points
    .filter(({ axes }) => axes.size > 0)
    .map((point) => JSON.stringify(columns.map(({ cell }) => cell(point))));
  if (new Set(rows).size === rows.length) return columns;
  return [{ axis: "", title: "of", cell: ({ declared }) => declared }, ...columns];
}

/** A column for each task or stage of an axis of lists, unless lists differ in their order alone. */
function axisColumns(axis: string, points: readonly Point[]): readonly Column[] {
  const heldBy = (point: Point): string | readonly string[] => point.axes.get(axis) ?? "";
  const listed = (value: string | readonly string[]): readonly string[] =>
    typeof value === "string" ? [value] : value;
  const values = points.map(heldBy);
  const texts = new Set(values.map((value) => JSON.stringify(value)));
  const sets = new Set(values.map((value) => JSON.stringify(typeof value === "string" ? value : value.toSorted())));
  if (!values.some((value) => typeof value !== "string") || sets.size < texts.size)
    return [{ axis, title: axis, cell: (point) => listed(heldBy(point)).join(", ") }];
  const items = [...new Set(values.flatMap(listed))].filter((item) => item !== "");
  return items.map((item) => ({
    axis,
    title: `${axis} ${item}`,
    cell: (point) => (listed(heldBy(point)).includes(item) ? "✓" : ""),
  }));
}

function summary(values: readonly (number | undefined)[]): SweepValue {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0 || known.length < values.length) return { mean: null, spread: null };
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  if (known.length < 2) return { mean, spread: null };
  return { mean, spread: Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (known.length - 1)) };
}

/** A table as rows of cells, a head first: what a terminal, a page and a file show. A mean over seeds has its spread behind it. */
export function sweepCells({ axes, metrics, rows }: SweepTable): readonly (readonly string[])[] {
  // What has no axes is known by its name.
  const named = axes.length === 0;
  const searched = rows.some(({ trial }) => trial !== "");
  return [
    [...(named ? ["variant"] : axes), ...metrics, ...(searched ? ["trial"] : [])],
    ...rows.map((row) => [
      ...(named ? [row.of.join(", ")] : row.axes),
      ...row.values.map(shown),
      ...(searched ? [row.trial] : []),
    ]),
  ];
}

function shown({ mean, spread }: SweepValue): string {
  if (mean === null) return "";
  return spread === null ? mean.toFixed(4) : `${mean.toFixed(4)} ± ${spread.toFixed(4)}`;
}

/** The same with each number by itself: a column for the mean, one for the spread, and how many seeds. */
export function sweepCsv({ axes, metrics, rows }: SweepTable): string {
  const searched = rows.some(({ trial }) => trial !== "");
  const measured = metrics.flatMap((metric) => [metric, `${metric} spread`]);
  const head = [...axes, "of", "seeds", ...measured, ...(searched ? ["trial"] : [])];
  return stringify([
    head,
    ...rows.map((row) => [
      ...row.axes,
      row.of.join("; "),
      row.of.length,
      ...row.values.flatMap(({ mean, spread }) => [mean, spread]),
      ...(searched ? [row.trial] : []),
    ]),
  ]);
}

export const sweepTableSchema = record({
  name: text,
  axes: listOf(text),
  metrics: listOf(text),
  rows: listOf(
    record({
      axes: listOf(text),
      of: listOf(text),
      values: listOf(record({ mean: perhaps, spread: perhaps })),
      trial: text,
    }),
  ),
});
