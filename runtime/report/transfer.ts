import type { StagePlan } from "../../compiler/lower/plan.ts";
import { number, record, text } from "../json/schema.ts";
import type { Result } from "../run/results.ts";

/** What a task gained or lost where a stage learned others beside it. */
export interface Transfer {
  /** A stage of several tasks. */
  readonly of: string;
  readonly task: string;
  /** The best of the stages that learned this task alone. */
  readonly alone: string;
  /** Its score less that of the stage alone: below 0 the tasks are in each other's way. */
  readonly difference: number;
}

export const transferSchema = record({ of: text, task: text, alone: text, difference: number });

/** Of every judged task of every stage that learned several, where a stage learned it alone. */
export function transfersOf(stages: readonly StagePlan[], results: readonly Result[]): readonly Transfer[] {
  const scoreOf = new Map(results.map(({ of, task, score }) => [`${of}\n${task.name}`, score.score]));
  const alone = new Map<string, { readonly label: string; readonly score: number }>();
  for (const { label, tasks } of stages) {
    const [task, ...others] = tasks;
    const score = task === undefined || others.length > 0 ? undefined : scoreOf.get(`${label}\n${task.name}`);
    if (task === undefined || score === undefined || score <= (alone.get(task.name)?.score ?? Number.NEGATIVE_INFINITY))
      continue;
    alone.set(task.name, { label, score });
  }
  return stages.flatMap(({ label, tasks }) =>
    tasks.length < 2
      ? []
      : tasks.flatMap(({ name }): readonly Transfer[] => {
          const [own, best] = [scoreOf.get(`${label}\n${name}`), alone.get(name)];
          if (own === undefined || best === undefined) return [];
          return [{ of: label, task: name, alone: best.label, difference: own - best.score }];
        }),
  );
}
