import type { FactPlan } from "../../compiler/lower/plan.ts";
import type { AnnotationTable } from "../data/annotation-table.ts";
import type { Tensor, Tensors } from "../engines/engine.ts";

/** Class weights and margins of a stage, counted over its valid training rows (see FactPlan for the formulas). */
export function countFacts(facts: ReadonlyMap<string, FactPlan>, table: AnnotationTable, rows: Int32Array): Tensors {
  return new Map([...facts].map(([input, fact]) => [input, countFact(fact, table, rows)]));
}

function countFact({ kind, task, shape }: FactPlan, table: AnnotationTable, rows: Int32Array): Tensor {
  const column = table.labels.get(task);
  const width = shape.at(-1) ?? 1;
  const counts = new Float64Array(width);
  const valid = new Float64Array(width);
  if (column !== undefined) {
    const maskWidth = column.weight.length / table.rows;
    for (const row of rows) {
      for (let i = 0; i < width; i += 1) {
        if (!(column.weight[row * maskWidth + (maskWidth === 1 ? 0 : i)] ?? 0)) continue;
        valid[i] = (valid[i] ?? 0) + 1;
        counts[i] = (counts[i] ?? 0) + (column.values[row * width + i] ?? 0);
      }
    }
  }
  const at = (values: Float64Array, i: number) => values[i] ?? 0;
  const make = (rule: (i: number) => number): Float32Array => Float32Array.from({ length: width }, (_, i) => rule(i));
  switch (kind) {
    case "pos_weight":
      return {
        dtype: "float32",
        shape,
        data: make((i) => (at(counts, i) === 0 ? 1 : (at(valid, i) - at(counts, i)) / at(counts, i))),
      };
    case "balanced":
      if (shape.length === 2) {
        const positive = make((i) => (at(counts, i) === 0 ? 1 : at(valid, i) / (2 * at(counts, i))));
        const negative = make((i) =>
          at(valid, i) === at(counts, i) ? 1 : at(valid, i) / (2 * (at(valid, i) - at(counts, i))),
        );
        return { dtype: "float32", shape, data: Float32Array.from([...positive, ...negative]) };
      }
      return {
        dtype: "float32",
        shape,
        data: make((i) => (at(counts, i) === 0 ? 0 : at(valid, i) / (width * at(counts, i)))),
      };
    case "margins": {
      const widths = make((i) => (at(counts, i) === 0 ? 0 : at(counts, i) ** -0.25));
      const widest = Math.max(...widths);
      return { dtype: "float32", shape, data: widest === 0 ? widths : widths.map((value) => value / widest) };
    }
    case "log_shares": {
      const rows = Math.max(1, at(valid, 0));
      return { dtype: "float32", shape, data: make((i) => Math.log(Math.max(1, at(counts, i)) / rows)) };
    }
    case "inverse_frequency_min":
    case "inverse_frequency_mean": {
      const inverse = make((i) => (at(counts, i) === 0 ? 0 : 1 / at(counts, i)));
      const there = inverse.filter((value) => value > 0);
      const unit =
        kind === "inverse_frequency_min"
          ? Math.min(...there)
          : there.reduce((sum, value) => sum + value, 0) / Math.max(1, there.length);
      return {
        dtype: "float32",
        shape,
        data: there.length === 0 ? inverse.fill(1) : inverse.map((value) => value / unit),
      };
    }
  }
}
