import { widthOf } from "../../compiler/library/task.ts";
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

export interface StreamContext {
  readonly table: (part: Part) => AnnotationTable;
  /** A stage's predictions of a task, [rows, width]. */
  readonly head: (stage: string, task: string, part: Part) => Promise<Float32Array>;
  /** Told of all fitted numbers. */
  readonly fitted: (fitted: Fitted) => void;
  /** Whether the part that numbers were fitted on is given as numbers of other videos make it, as is honest. */
  readonly crossFitted: boolean;
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
    context.fitted(fitted);
    if (part === numbers.on && context.crossFitted) return crossFitted(found, table, numbers, width);
    return everyRow(apply, fitted.numbers);
  };
  switch (stream.kind) {
    case "head":
      return context.head(stream.stage, stream.task, part);
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
    case "later":
      throw new Error(`${stream.what} is refused before anything runs`);
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
