import type { Schedule } from "./plan.ts";

/** Whether a schedule follows scores: it is then known only up to the step at hand. */
export function followsScores(schedule: Schedule): boolean {
  switch (schedule.kind) {
    case "plateau":
      return true;
    case "scaled":
      return followsScores(schedule.schedule);
    case "sum":
      return followsScores(schedule.left) || followsScores(schedule.right);
    default:
      return false;
  }
}
