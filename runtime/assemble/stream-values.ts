import { widthOf } from "../../compiler/library/task.ts";
import { stagesOf } from "../../compiler/lower/describe-plan.ts";
import type { Fit, Stream } from "../../compiler/lower/plan.ts";
import type { DataPlan, TaskPlan } from "../../compiler/lower/plan-data.ts";
import type { AnnotationTable } from "../data/annotation-table.ts";
import type { Part } from "../data/open-data.ts";
import { biasing } from "./biases.ts";
import { crossFitted, type Fitted, type Fitting, fitOn } from "./cross-fit.ts";
import { matching } from "./moments.ts";
import { smooth } from "./smooth.ts";
import { thresholding } from "./thresholds.ts";
import { weighing } from "./weights.ts";

export type Head = Extract<Stream, { readonly kind: "head" }>;

export interface StreamContext {
  readonly table: (part: Part) => AnnotationTable;
  /** A stage's predictions of a task, [rows, width]. */
  readonly head: (of: Head, part: Part) => Promise<Float32Array>;
  /** Told of all fitted numbers, and of what they are; of the same again where a stream is needed on several parts. */
  readonly fitted: (fitted: Fitted, of: Fit) => void;
  /** Whether the part that numbers were fitted on is given as numbers of other videos make it, as is honest. */
  readonly crossFitted: boolean;
  /** The same over other rows, by which numbers are fitted. */
  readonly over: (data: DataPlan) => Promise<StreamContext>;
  /** Of a stage that was trained on a fold, for a part of the assembly's data. */
  readonly fold: (stage: string, part: Part) => Promise<FoldContext>;
}

/** Where a stage of a fold runs: over the data that it was trained on and judged by. */
export interface FoldContext {
  readonly context: StreamContext;
  /** The place of a row of the assembly's part among the fold's own rows; undefined if it is in another fold, or in none. */
  readonly placeOf: (row: number) => number | undefined;
}

/** A stream's values [rows, width] for every row of a part. After thresholds they are 0 or 1. */
export async function streamValues(
  stream: Stream,
  task: TaskPlan,
  part: Part,
  context: StreamContext,
): Promise<Float32Array> {
  const inside = (of: Stream, on: Part, within = context) => streamValues(of, task, on, within);
  /** With numbers as they are, or fitted on a part; `made` gives what is done to the values of one. */
  const applied = async (
    numbers: readonly number[] | Fit,
    made: (on: Part, within: StreamContext) => Promise<Fitting>,
  ): Promise<Float32Array> => {
    const own = await made(part, context);
    if (!("from" in numbers)) return own.apply(numbers);
    const within = numbers.data === undefined ? context : await context.over(numbers.data);
    const isOwn = within === context && part === numbers.on;
    const table = within.table(numbers.on);
    const labels = table.labels.get(task.name);
    if (labels === undefined) throw new Error(`no labels of ${task.name} to fit on`);
    const there = isOwn ? own : await made(numbers.on, within);
    const fitted = fitOn(there, labels, table, numbers);
    context.fitted(fitted, numbers);
    if (isOwn && context.crossFitted) return crossFitted(own, labels, table, numbers);
    return own.apply(fitted.numbers);
  };
  switch (stream.kind) {
    case "head":
      return context.head(stream, part);
    case "blend": {
      const { parts } = stream;
      const fit = parts.find((each) => each.fit !== undefined)?.fit;
      return applied(fit ?? [], async (on, within) =>
        weighing(parts, await Promise.all(parts.map((each) => inside(each.stream, on, within)))),
      );
    }
    case "folded":
      return foldedValues(stream.streams, task, part, context);
    case "gaussian":
    case "box":
    case "median":
      return smooth(await inside(stream.stream, part), widthOf(task.meaning), context.table(part), stream);
    case "threshold":
      return applied(stream.at, async (...where) => thresholding(await inside(stream.stream, ...where)));
    case "bias":
      return applied(stream.by, async (...where) => biasing(await inside(stream.stream, ...where)));
    case "match_moments":
      return applied(stream.to, async (...where) => matching(await inside(stream.stream, ...where)));
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
