import type { TaskMeaning } from "../../compiler/library/task.ts";
import { onGrid, seededRandom } from "../compiler/seeded-random.ts";

/** Predictions and labels of one task, as make_scores.py reads them. */
export interface ScoreCase {
  readonly name: string;
  readonly kind: "units" | "classes" | "scalar";
  readonly rows: number;
  readonly width: number;
  readonly predictions: readonly number[];
  readonly labels: readonly number[];
  readonly weight: readonly number[];
}

export const meaningsOfScores: Readonly<Record<ScoreCase["kind"], TaskMeaning>> = {
  units: { kind: "units", names: ["a", "b", "c"] },
  classes: { kind: "classes", names: ["a", "b", "c", "d", "e"] },
  scalar: { kind: "scalar", min: -1, max: 1 },
};

/** Each kind of task with all labels and with some; of the classes one never appears, and in one case some share a row. */
export function scoreCases(): readonly ScoreCase[] {
  const plain = (["units", "classes", "scalar"] as const).flatMap((kind) =>
    [1, 0.6].map((share) => scoreCase(kind, share)),
  );
  return [...plain, shared(scoreCase("classes", 0.6, "classes, some shared"))];
}

/** Half of the label of every third row is another class's, a quarter of every other one. */
function shared(one: ScoreCase): ScoreCase {
  const labels = one.labels.map((value, i) => {
    const row = Math.floor(i / one.width);
    const part = row % 3 === 0 ? 0.5 : row % 2 === 0 ? 0.25 : 0;
    const before = one.labels[row * one.width + ((i + one.width - 1) % one.width)] ?? 0;
    return (1 - part) * value + part * before;
  });
  return { ...one, labels };
}

function scoreCase(kind: ScoreCase["kind"], share: number, name = `${kind}, ${share * 100} % labelled`): ScoreCase {
  const random = seededRandom(name);
  const rows = 50;
  const width = { units: 3, classes: 5, scalar: 1 }[kind];
  const list = (length: number, next: (i: number) => number) => Array.from({ length }, (_, i) => next(i));
  const classes = list(rows, () => Math.floor(4 * random()));
  const label = (i: number): number => {
    if (kind === "units") return Number(random() < 0.3);
    return kind === "classes" ? Number(classes[Math.floor(i / width)] === i % width) : onGrid(2 * random() - 1);
  };
  const labels = list(rows * width, label);
  return {
    name,
    kind,
    rows,
    width,
    labels,
    predictions: labels.map((each) => onGrid(0.5 * each + (kind === "scalar" ? 0.5 * random() : 0.8 * random()))),
    weight: list(rows * (kind === "units" ? width : 1), () => Number(random() < share)),
  };
}
