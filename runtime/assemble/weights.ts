import type { Stream } from "../../compiler/lower/plan.ts";
import type { LabelColumn } from "../data/label-column.ts";
import { scoreTask } from "../evaluate/score-task.ts";
import { bestOf, candidatesOf, type Fitting, inTurns, type Place } from "./cross-fit.ts";

type Parts = Extract<Stream, { readonly kind: "blend" }>["parts"];

/** A stream as it is. */
const plain = 1;

/** Streams [rows, width] as one, Σ weight × values, with fitted factors for those that have a fit; factors are for the task's score. */
export function weighing(parts: Parts, values: readonly Float32Array[], labels: LabelColumn, width: number): Fitting {
  const places = parts.flatMap(({ fit }): readonly Place[] => {
    if (fit === undefined) return [];
    const candidates = candidatesOf(fit);
    return [{ candidates, plain: bestOf(candidates, plain, () => 0) }];
  });
  return {
    what: "weight",
    choose(rows) {
      const masked = { ...labels, weight: weightOn(labels, rows) };
      return inTurns(places, (factors, place) => (candidate) => {
        const tried = factors.map((factor, i) => (i === place ? candidate : factor));
        const out = new Float32Array(rows.length * width);
        rows.forEach((each, row) => {
          if (each) blend(parts, values, tried, row, width, out);
        });
        return scoreTask(labels.meaning, out, masked).score ?? 0;
      });
    },
    apply: (factors, row, out) => blend(parts, values, factors, row, width, out),
  };
}

/** Factors stand in the order of the parts that have a fit. */
export function blend(
  parts: Parts,
  values: readonly Float32Array[],
  factors: readonly number[],
  row: number,
  width: number,
  out: Float32Array,
): void {
  let fitted = 0;
  const weights = parts.map(({ weight, fit }) => (fit === undefined ? weight : weight * (factors[fitted++] ?? plain)));
  for (let i = row * width; i < (row + 1) * width; i += 1)
    out[i] = weights.reduce((sum, weight, k) => sum + weight * (values[k]?.[i] ?? 0), 0);
}

function weightOn({ weight }: LabelColumn, rows: readonly boolean[]): Float32Array {
  const each = weight.length / rows.length;
  return weight.map((own, i) => (rows[Math.floor(i / each)] === true ? own : 0));
}
