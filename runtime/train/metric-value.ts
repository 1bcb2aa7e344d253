import type { Metric } from "../../compiler/lower/plan.ts";
import type { TaskScore } from "../evaluate/score-task.ts";

type Judged = Pick<TaskScore, "score" | "accuracy">;

/** A metric over scores; undefined where a task has no valid row. */
export function metricValue(metric: Metric, scores: ReadonlyMap<string, Judged>): number | undefined {
  switch (metric.kind) {
    case "number":
      return metric.value;
    case "score":
      return scores.get(metric.task)?.score;
    case "accuracy":
      return scores.get(metric.task)?.accuracy;
    default: {
      const left = metricValue(metric.left, scores);
      const right = metricValue(metric.right, scores);
      if (left === undefined || right === undefined) return undefined;
      if (metric.kind === "+") return left + right;
      if (metric.kind === "-") return left - right;
      return metric.kind === "*" ? left * right : left / right;
    }
  }
}
