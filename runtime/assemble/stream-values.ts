import { widthOf } from "../../compiler/library/task.ts";
import { stagesOf } from "../../compiler/lower/describe-plan.ts";
import type { Fit, Stream } from "../../compiler/lower/plan.ts";
import type { TaskPlan } from "../../compiler/lower/plan-data.ts";
import type { AnnotationTable } from "../data/annotation-table.ts";
import type { LabelColumn } from "../data/label-column.ts";
import type { Part } from "../data/open-data.ts";
import { addBiases, biasing } from "./biases.ts";
import { crossFitted, type Fitted, type Fitting, fitOn } from "./cross-fit.ts";
import { alongLine, matching } from "./moments.ts";
import { smooth } from "./smooth.ts";
import { applyThresholds, thresholding } from "./thresholds.ts";
import { blend, weighing } from "./weights.ts";

export type Head = Extract<Stream, { readonly kind: "head" }>;

export interface StreamContext {
  readonly table: (part: Part) => AnnotationTable;
  /** A stage's predictions of a task, [rows, width]. */
  readonly head: (of: Head, part: Part) => Promise<Float32Array>;
  /** Told of all fitted numbers, and of what they are; of the same again where a stream is needed on several parts. */
  readonly fitted: (fitted: Fitted, of: Fit) => void;
  /** Whether the part that numbers were fitted on is given as numbers of other videos make it, as is honest. */
  readonly crossFitted: boolean;
  /** Of a stage that was trained on a fold, for a part of the assembly's data. */
  readonly fold: (stage: string, part: Part) => Promise<FoldContext>;
}

/** Where a stage of a fold runs: over the data that it was trained on and judged by. */
export interface FoldContext {
  readonly context: StreamContext;
  /** The place of a row of the assembly's part among the fold's own rows; undefined if it is in another fold, or in none. */
  readonly placeOf: (row: number) => number | undefined;
}

type Apply = (numbers: readonly number[], row: number, out: Float32Array) => void;

/** A stream's values [rows, width] for every row of a part. After thresholds they are 0 or 1. */
export async function streamValues(
  stream: Stream,
  task: TaskPlan,
  part: Part,
  context: StreamContext,
): Promise<Float32Array> {
  const table = context.table(part);
  const width = widthOf(task.meaning);
  const inside = (of: Stream, on: Part) => streamValues(of, task, on, context);
  const everyRow = (apply: Apply, numbers: readonly number[]): Float32Array => {
    const out = new Float32Array(table.rows * width);
    for (let row = 0; row < table.rows; row += 1) apply(numbers, row, out);
    return out;
  };
  /** Numbers as they are, or fitted on a part by what `fitting` makes of it, and applied to the part that is asked for. */
  const applied = async (
    apply: Apply,
    numbers: readonly number[] | Fit,
    fitting: (on: Part, labels: LabelColumn, fit: Fit) => Promise<Fitting>,
  ): Promise<Float32Array> => {
    if (!("from" in numbers)) return everyRow(apply, numbers);
    const labels = context.table(numbers.on).labels.get(task.name);
    if (labels === undefined) throw new Error(`no labels of ${task.name} to fit on`);
    const found = await fitting(numbers.on, labels, numbers);
    const fitted = fitOn(found, context.table(numbers.on), numbers);
    context.fitted(fitted, numbers);
    if (part === numbers.on && context.crossFitted) return crossFitted(found, table, numbers, width);
    return everyRow(apply, fitted.numbers);
  };
  switch (stream.kind) {
    case "head":
      return context.head(stream, part);
    case "blend": {
      const { parts } = stream;
      const values = (on: Part) => Promise.all(parts.map((each) => inside(each.stream, on)));
      const own = await values(part);
      const fit = parts.find((each) => each.fit !== undefined)?.fit;
      return applied(
        (factors, row, out) => blend(parts, own, factors, row, width, out),
        fit ?? [],
        async (on, labels) => weighing(parts, on === part ? own : await values(on), labels, width),
      );
    }
    case "folded":
      return foldedValues(stream.streams, task, part, context);
    case "gaussian":
    case "box":
    case "median":
      return smooth(await inside(stream.stream, part), width, table, stream);
    case "threshold":
    case "bias": {
      const own = await inside(stream.stream, part);
      const [apply, make] = stream.kind === "threshold" ? [applyThresholds, thresholding] : [addBiases, biasing];
      return applied(
        (numbers, row, out) => apply(own, numbers, row, out),
        stream.kind === "threshold" ? stream.at : stream.by,
        async (on, labels, fit) => make(on === part ? own : await inside(stream.stream, on), labels, fit),
      );
    }
    case "match_moments": {
      const own = await inside(stream.stream, part);
      return applied(
        (line, row, out) => alongLine(own, line, row, out),
        stream.to,
        async (on, labels) => matching(on === part ? own : await inside(stream.stream, on), labels),
      );
    }
  }
}

/** Each row as the member says that did not train on it, one of no fold as the mean of all (language rule 70). */
async function foldedValues(
  streams: readonly Stream[],
  task: TaskPlan,
  part: Part,
  context: StreamContext,
): Promise<Float32Array> {
  const { rows } = context.table(part);
  const width = widthOf(task.meaning);
  const out = new Float32Array(rows * width);
  const given = new Uint8Array(rows);
  for (const stream of part === "test" ? [] : streams) {
    const fold = await context.fold(stagesOf(stream)[0] ?? "", part);
    const own = await streamValues(stream, task, "val", fold.context);
    for (let row = 0; row < rows; row += 1) {
      const place = fold.placeOf(row);
      if (place === undefined) continue;
      out.set(own.subarray(place * width, (place + 1) * width), row * width);
      given[row] = 1;
    }
  }
  if (given.every((each) => each === 1)) return out;
  const all = await Promise.all(
    streams.map(async (stream) => {
      // What is fitted on a fold, is fitted on it for the test list too.
      const inside = part === "test" ? (await context.fold(stagesOf(stream)[0] ?? "", part)).context : context;
      return streamValues(stream, task, part, inside);
    }),
  );
  for (let row = 0; row < rows; row += 1) {
    if (given[row] === 1) continue;
    for (let i = row * width; i < (row + 1) * width; i += 1)
      out[i] = all.reduce((sum, values) => sum + (values[i] ?? 0), 0) / all.length;
  }
  return out;
}
