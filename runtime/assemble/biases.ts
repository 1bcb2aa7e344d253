import { widthOf } from "../../compiler/library/task.ts";
import type { LabelColumn } from "../data/label-column.ts";
import { f1, greatest } from "../evaluate/score-task.ts";
import { candidatesOf, type Fitting, inTurns } from "./cross-fit.ts";

/** A number is added to each class of [rows, classes] before the greatest is taken; numbers are for the macro F1. */
export function biasing(values: Float32Array): Fitting {
  return {
    what: "bias",
    choose(labels, rows, fit) {
      const width = widthOf(labels.meaning);
      // One for all classes changes none of their order.
      if (fit.each === "all") return new Array<number>(width).fill(0);
      const judged = rows.flatMap((each, row) => (each && (labels.weight[row] ?? 0) ? [row] : []));
      const places = Array.from({ length: width }, () => ({ candidates: candidatesOf(fit), plain: 0 }));
      return inTurns(places, (biases, place) => scoreOf(values, labels, judged, biases, place));
    },
    apply: (biases) => biased(values, biases),
  };
}

function biased(values: Float32Array, biases: readonly number[]): Float32Array {
  return values.map((value, i) => value + (biases[i % biases.length] ?? 0));
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
  const others = biased(values, biases);
  const truth = judged.map((row) => greatest(labels.values, row * width, width));
  // The class is taken where it is above the greatest of the others; of equals the first is.
  const rival = judged.map((row) => {
    others[row * width + place] = Number.NEGATIVE_INFINITY;
    return greatest(others, row * width, width);
  });
  return (bias) => {
    const hits = new Int32Array(width);
    const found = new Int32Array(width);
    const there = new Int32Array(width);
    for (let i = 0; i < judged.length; i += 1) {
      const at = (judged[i] ?? 0) * width;
      const other = rival[i] ?? 0;
      const own = Math.fround((values[at + place] ?? 0) + bias);
      const limit = others[at + other] ?? 0;
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
