import { followsScores } from "../lower/follows-scores.ts";
import type { Schedule } from "../lower/plan.ts";
import type { DataPlan, TaskPlan } from "../lower/plan-data.ts";
import { dataPlan } from "./data-plan.ts";
import { type ModelData, mainData, partsOf } from "./model-data.ts";
import type { Reporter } from "./reporter.ts";
import { scheduleOf } from "./schedules.ts";
import type { Session } from "./session.ts";
import type { DataThing } from "./things.ts";

/** The data of a stage: what it is trained on, several in the order of a blend, and what judges it if that is said (language rule 42). */
export function composedPlan(session: Session, data: ModelData, judged: DataThing | undefined): DataPlan {
  const main = dataPlan(session, mainData(data));
  if (data.kind === "data" && judged === undefined) return main;
  const parts = partsOf(data).map((part) => dataPlan(session, part));
  const judge = judged === undefined ? undefined : dataPlan(session, judged);
  const tasks = new Map<string, TaskPlan>();
  for (const part of [...parts, ...(judge === undefined ? [] : [judge])])
    for (const task of part.tasks) tasks.set(task.name, task);
  return {
    ...main,
    name: judge === undefined ? data.label : `${data.label}, judged on ${judge.name}`,
    tasks: [...tasks.values()],
    ...(data.kind === "blend" ? { joined: parts } : {}),
    ...(judge === undefined ? {} : { judged: judge }),
  };
}

/** Each part's share of a batch, in the order of the blend; nothing where the data are one. */
export function sharesOf(data: ModelData, reporter: Reporter): readonly Schedule[] {
  if (data.kind === "data") return [];
  return data.parts.map(({ data: { label }, share, span }) => {
    const schedule = scheduleOf(share, reporter);
    if (followsScores(schedule))
      reporter.report("wrong-type", span, {
        what: `the share of \`${label}\``,
        expected: "a number, or a schedule that is known beforehand",
        actual: "plateau(..), which follows scores",
      });
    return schedule;
  });
}
