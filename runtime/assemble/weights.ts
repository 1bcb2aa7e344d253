import { maskWidthOf } from "../../compiler/library/task.ts";
import type { Stream } from "../../compiler/lower/plan.ts";
import type { LabelColumn } from "../data/label-column.ts";
import { scoreTask } from "../evaluate/score-task.ts";
import { bestOf, candidatesOf, type Fitting, inTurns, type Place } from "./cross-fit.ts";
import { weightedSum } from "./weighted-sum.ts";

type Parts = Extract<Stream, { readonly kind: "blend" }>["parts"];

/** A stream as it is. */
const plain = 1;

/** Streams [rows, width] as one, Σ weight × values, with fitted factors for those that have a fit; factors are for the task's score. */
export function weighing(parts: Parts, values: readonly Float32Array[]): Fitting {
  const apply = (factors: readonly number[]): Float32Array => {
    let fitted = 0;
    return weightedSum(
      parts.map(({ weight, fit }, i) => ({
        weight: fit === undefined ? weight : weight * (factors[fitted++] ?? plain),
        values: values[i] ?? new Float32Array(),
      })),
    );
  };
  const places = parts.flatMap(({ fit }): readonly Place[] => {
    if (fit === undefined) return [];
    const candidates = candidatesOf(fit);
    return [{ candidates, plain: bestOf(candidates, plain, () => 0) }];
  });
  return {
    what: "weight",
    choose(labels, rows) {
      const masked = { ...labels, weight: weightOn(labels, rows) };
      return inTurns(places, (factors, place) => (candidate) => {
        const tried = factors.map((factor, i) => (i === place ? candidate : factor));
        return scoreTask(labels.meaning, apply(tried), masked).score ?? 0;
      });
    },
    apply,
  };
}

function weightOn({ weight, meaning }: LabelColumn, rows: readonly boolean[]): Float32Array {
  const each = maskWidthOf(meaning);
  return weight.map((own, i) => (rows[Math.floor(i / each)] === true ? own : 0));
}
