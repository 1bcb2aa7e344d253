import { widthOf } from "../../compiler/library/task.ts";
import type { Stream } from "../../compiler/lower/plan.ts";
import type { TaskPlan } from "../../compiler/lower/plan-data.ts";
import type { AnnotationTable } from "../data/annotation-table.ts";
import type { Part } from "../data/open-data.ts";
import { type FittedThresholds, fitThresholds } from "./fit-thresholds.ts";
import { smooth } from "./smooth.ts";
import { weightedSum } from "./weighted-sum.ts";

export interface StreamContext {
  readonly table: (part: Part) => AnnotationTable;
  /** A stage's predictions of a task, [rows, width]. */
  readonly head: (stage: string, task: string, part: Part) => Promise<Float32Array>;
  /** Told of every fitted number. */
  readonly fitted: (thresholds: FittedThresholds) => void;
}

/** A stream's values for every row of a part. After thresholds they are 0 or 1, cross-fitted on the part that they were fitted on. */
export async function streamValues(
  stream: Stream,
  task: TaskPlan,
  part: Part,
  context: StreamContext,
): Promise<Float32Array> {
  const table = context.table(part);
  const width = widthOf(task.meaning);
  switch (stream.kind) {
    case "head":
      return context.head(stream.stage, stream.task, part);
    case "blend":
      return weightedSum(
        await Promise.all(
          stream.parts.map(async (each) => ({
            weight: each.weight,
            values: await streamValues(each.stream, task, part, context),
          })),
        ),
      );
    case "later":
      throw new Error(`${stream.what} is refused before anything runs`);
    case "gaussian":
    case "box":
    case "median":
      return smooth(await streamValues(stream.stream, task, part, context), width, table, stream);
    case "threshold": {
      const values = await streamValues(stream.stream, task, part, context);
      const { at } = stream;
      if (!("from" in at)) return values.map((value, i) => (value >= (at[i % width] ?? 0.5) ? 1 : 0));
      const on = part === at.on ? values : await streamValues(stream.stream, task, at.on, context);
      const labels = context.table(at.on).labels.get(task.name);
      if (labels === undefined) throw new Error(`no labels of ${task.name} to fit on`);
      const fitted = fitThresholds(on, labels, context.table(at.on), at);
      context.fitted(fitted);
      if (part === at.on) return fitted.crossFitted;
      return values.map((value, i) => (value >= (fitted.thresholds[i % width] ?? 0.5) ? 1 : 0));
    }
  }
}
