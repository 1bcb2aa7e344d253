import { maskWidthOf, widthOf } from "../../compiler/library/task.ts";
import type { LabelColumn } from "./label-column.ts";
import type { OpenData, Part } from "./open-data.ts";

export interface PartStatistics {
  readonly part: Part;
  readonly rows: number;
  readonly videos: number;
  readonly tasks: readonly TaskStatistics[];
}

export interface TaskStatistics {
  readonly task: string;
  /** Rows with a label (with any, for units). */
  readonly labelled: number;
  /** Mean of a scalar; share of each class or positive share of each unit. */
  readonly means: Readonly<Record<string, number>>;
  readonly summary: string;
}

export interface DataStatistics {
  readonly synthetic: boolean;
  readonly duplicates: number;
  /** Annotated frames of which there is no picture. */
  readonly withoutImage: number;
  readonly skipped: number;
  readonly parts: readonly PartStatistics[];
}

/** Counts rows, videos and labels of every part. */
export function dataStatistics({ parts, synthetic, duplicates, withoutImage, skipped }: OpenData): DataStatistics {
  return {
    synthetic,
    duplicates,
    withoutImage,
    skipped: skipped.length,
    parts: [...parts].map(([part, table]) => ({
      part,
      rows: table.rows,
      videos: new Set(table.video).size,
      tasks: [...table.labels].map(([task, column]) => taskStatistics(task, column)),
    })),
  };
}

function taskStatistics(task: string, { meaning, values, weight }: LabelColumn): TaskStatistics {
  const width = widthOf(meaning);
  const maskWidth = maskWidthOf(meaning);
  const rows = weight.length / maskWidth;
  const sums = new Float64Array(width);
  const counts = new Float64Array(width);
  let labelled = 0;
  for (let row = 0; row < rows; row += 1) {
    const own = weight.subarray(row * maskWidth, (row + 1) * maskWidth);
    if (own.some((each) => each > 0)) labelled += 1;
    for (let i = 0; i < width; i += 1) {
      if ((own[maskWidth === 1 ? 0 : i] ?? 0) === 0) continue;
      counts[i] = (counts[i] ?? 0) + 1;
      sums[i] = (sums[i] ?? 0) + (values[row * width + i] ?? 0);
    }
  }
  const names = meaning.kind === "scalar" ? ["mean"] : meaning.names;
  const means = Object.fromEntries(names.map((name, i) => [name, (sums[i] ?? 0) / Math.max(1, counts[i] ?? 0)]));
  const shown = Object.entries(means).map(([name, mean]) =>
    meaning.kind === "scalar" ? `mean ${mean.toFixed(3)}` : `${name} ${(100 * mean).toFixed(1)}%`,
  );
  return { task, labelled, means, summary: labelled === 0 ? "no labels" : shown.join(", ") };
}
