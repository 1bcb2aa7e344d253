import type { AnnotationTable } from "../../data/annotation-table.ts";
import { hashText, uniform } from "../../data/loader/random.ts";
import type { FeaturesPlan, FieldMatrix } from "./field-matrix.ts";

const noise = 0.5;

/** For drawn faces, numbers that show their labels: a random sum of these for each number, and noise. Nothing is missing. */
export function drawnField(plan: FeaturesPlan, table: AnnotationTable): FieldMatrix {
  const { dims, file, per } = plan;
  const width = dims.reduce((product, size) => product * size, 1);
  const labels = [...table.labels].flatMap(([name, { values }]) => {
    const each = values.length / Math.max(1, table.rows);
    return Array.from({ length: each }, (_, k) => ({ values, each, k, seed: hashText(`${name} ${k}`, 0x51ed) }));
  });
  const own = hashText(file, 0x0f1e);
  const values = new Float32Array(table.rows * width);
  for (let row = 0; row < table.rows; row += 1) {
    const video = hashText(table.videos[table.video[row] ?? 0] ?? "", own);
    const place = per === "video" ? 0 : (table.frame[row] ?? 0);
    const shown = per === "video" ? [] : labels;
    for (let i = 0; i < width; i += 1) {
      let sum = noise * (2 * uniform(video, place, i) - 1);
      for (const { values: given, each, k, seed } of shown)
        sum += (2 * uniform(own, seed, i) - 1) * (given[row * each + k] ?? 0);
      values[row * width + i] = sum;
    }
  }
  return { shape: dims, values, present: new Float32Array(table.rows).fill(1) };
}
