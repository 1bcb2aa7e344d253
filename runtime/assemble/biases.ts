import type { Fit } from "../../compiler/lower/plan.ts";
import type { LabelColumn } from "../data/label-column.ts";
import { f1, greatest } from "../evaluate/score-task.ts";
import { candidatesOf, type Fitting, inTurns } from "./cross-fit.ts";

/** A number is added to each class of [rows, classes] before the greatest is taken; numbers are for the macro F1. */
export function biasing(values: Float32Array, labels: LabelColumn, fit: Fit): Fitting {
  const width = labels.meaning.kind === "classes" ? labels.meaning.names.length : 1;
  const candidates = candidatesOf(fit);
  return {
    what: "bias",
    choose(rows) {
      // One for all classes changes none of their order.
      if (fit.each === "all") return new Array<number>(width).fill(0);
      const judged = rows.flatMap((each, row) => (each && (labels.weight[row] ?? 0) ? [row] : []));
      const places = Array.from({ length: width }, () => ({ candidates, plain: 0 }));
      return inTurns(places, (biases, place) => scoreOf(values, labels, judged, biases, place));
    },
    apply: (biases, row, out) => addBiases(values, biases, row, out),
  };
}

export function addBiases(values: Float32Array, biases: readonly number[], row: number, out: Float32Array): void {
  const width = biases.length;
  for (let i = row * width; i < (row + 1) * width; i += 1) out[i] = (values[i] ?? 0) + (biases[i % width] ?? 0);
}

/** The macro F1 of some rows by the bias of one class, while those of the others stay. */
function scoreOf(
  values: Float32Array,
  labels: LabelColumn,
  judged: readonly number[],
  biases: readonly number[],
  place: number,
): (bias: number) => number {
  const width = biases.length;
  const biased = new Float32Array(values.length);
  const truth = judged.map((row) => greatest(labels.values, row * width, width));
  // The class is taken where it is above the greatest of the others; of equals the first is.
  const rival = judged.map((row) => {
    addBiases(values, biases, row, biased);
    biased[row * width + place] = Number.NEGATIVE_INFINITY;
    return greatest(biased, row * width, width);
  });
  return (bias) => {
    const hits = new Int32Array(width);
    const found = new Int32Array(width);
    const there = new Int32Array(width);
    for (let i = 0; i < judged.length; i += 1) {
      const at = (judged[i] ?? 0) * width;
      const other = rival[i] ?? 0;
      const own = Math.fround((values[at + place] ?? 0) + bias);
      const limit = biased[at + other] ?? 0;
      const taken = own > limit || (own === limit && place < other) ? place : other;
      const label = truth[i] ?? 0;
      found[taken] = (found[taken] ?? 0) + 1;
      there[label] = (there[label] ?? 0) + 1;
      if (taken === label) hits[label] = (hits[label] ?? 0) + 1;
    }
    let sum = 0;
    for (let c = 0; c < width; c += 1) {
      const right = hits[c] ?? 0;
      sum += f1(right, (found[c] ?? 0) - right, (there[c] ?? 0) - right);
    }
    return sum / width;
  };
}
