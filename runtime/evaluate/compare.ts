import type { TaskPlan } from "../../compiler/lower/plan-data.ts";
import type { LabelColumn } from "../data/label-column.ts";
import { drawnRows, type Interval, intervalOf, rowsByVideo, takenRows } from "./bootstrap.ts";
import { overallScore } from "./overall.ts";
import { scoreTask } from "./score-task.ts";

/** A task's predictions on two sides, for the same rows. */
export interface PairedTask {
  readonly task: TaskPlan;
  readonly labels: LabelColumn;
  /** [rows, width]. */
  readonly first: Float32Array;
  readonly second: Float32Array;
}

export interface PairedScore {
  /** A task's name, or `all` for P. */
  readonly task: string;
  readonly first: number;
  readonly second: number;
  /** The second less the first over the draws; undefined where a draw has no label of it. */
  readonly difference: Interval | undefined;
}

/** Scores on two sides and, over draws of videos, their differences: both sides are judged on the same drawn rows. */
export function compared(
  tasks: readonly PairedTask[],
  video: Int32Array,
  { draws, seed }: { readonly draws: number; readonly seed: number },
): readonly PairedScore[] {
  const videos = rowsByVideo(video);
  const all = Int32Array.from({ length: video.length }, (_, row) => row);
  const whole = scoresOn(tasks, all);
  const differences = new Map<string, number[]>();
  for (let draw = 0; draw < draws; draw += 1) {
    for (const { task, first, second } of scoresOn(tasks, drawnRows(videos, seed, draw))) {
      const known = differences.get(task) ?? [];
      known.push(second - first);
      differences.set(task, known);
    }
  }
  return whole.map((score) => {
    const found = differences.get(score.task) ?? [];
    return { ...score, difference: found.every(Number.isFinite) && found.length > 0 ? intervalOf(found) : undefined };
  });
}

/** Both sides' scores on some rows, NaN where no row has a label, and P where all four tasks are there. */
function scoresOn(
  tasks: readonly PairedTask[],
  rows: Int32Array,
): readonly { readonly task: string; readonly first: number; readonly second: number }[] {
  const found = tasks.map(({ task, labels, first, second }) => {
    const scored = (predictions: Float32Array) => {
      const taken = takenRows(task.meaning, predictions, labels, rows);
      return scoreTask(task.meaning, taken.predictions, taken.labels).score ?? Number.NaN;
    };
    return { task: task.name, meaning: task.meaning, first: scored(first), second: scored(second) };
  });
  const overall = (side: "first" | "second") =>
    overallScore(found.map((each) => ({ meaning: each.meaning, score: each[side] })));
  const [first, second] = [overall("first"), overall("second")];
  const scores = found.map(({ task, first: a, second: b }) => ({ task, first: a, second: b }));
  return first === undefined || second === undefined ? scores : [...scores, { task: "all", first, second }];
}
