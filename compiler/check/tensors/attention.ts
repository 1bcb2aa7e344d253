import { printDim, sameDim } from "../../ir/dim.ts";
import type { Value } from "../../ir/graph.ts";
import * as v from "../../ops/vocabulary.ts";
import type { TensorFunctions, Use } from "../tensor-function.ts";
import type { TensorThing, Thing } from "../things.ts";
import { axis, float, may } from "../type.ts";
import { labelOf, numberOf } from "./arguments.ts";
import { axesText, constrained, lastAxis, ordered, wireAxis } from "./axes.ts";
import { entrywise } from "./combine.ts";
import { dropped } from "./random.ts";
import { sameLead } from "./shape.ts";

const poison: Thing = { kind: "poison" };

/** So far below every score that its share is 0. */
const hidden = -1e9;

/** Scores [batch, .., queries, keys]: keys over time that are masked padding get none of the attention. */
function withoutPadding(use: Use, scores: Value, k: TensorThing): Value {
  const keys = scores.type.shape.at(-1);
  if (use.present === undefined || !k.batched || keys === undefined) return scores;
  const [batch = 1, time = 1] = use.present.type.shape;
  if (!sameDim(keys, time)) return scores;
  const across = scores.type.shape.map((_, i, all) => (i === 0 ? batch : i === all.length - 1 ? time : 1));
  const absent = v.shift(use.g, v.negate(use.g, v.reshape(use.g, use.present, across)), 1);
  return v.add(use.g, scores, v.scale(use.g, absent, hidden));
}

/** Keys whose mask is 0 get none of the attention. The mask is [.., queries, keys], any of them 1. */
function withMask(use: Use, scores: TensorThing, mask: TensorThing): Value {
  const keep = entrywise(use, scores, mask, (x, m) =>
    v.add(use.g, x, v.scale(use.g, v.subtract(use.g, use.g.scalar(1), m), hidden)),
  );
  return keep.wire;
}

/** With one axis alone, its rows would be those of the batch (language rule 34). */
function checkRows(use: Use, x: TensorThing): void {
  if (x.axes.length < 2)
    use.refuse(
      "op-refuses",
      { callee: "`attend`", reason: `it needs [.., n, d], not ${axesText(x)}` },
      { help: "it attends over the last axis but one, such as frames of a clip or tokens of a picture" },
    );
  if (x.axes.slice(-2).includes("time")) use.overTime();
}

/** Products of tensors (language rule 24). */
export const products: TensorFunctions = {
  dot: {
    doc: "Products summed over one axis: axes that both have are shared, the one that each has alone are crossed.",
    inputs: ["a", "b"],
    params: { over: may(axis, "the last axis of a") },
    apply(use, [a, b], args) {
      if (a === undefined || b === undefined) return poison;
      const name = labelOf(args, "over") ?? lastAxis(use, a);
      return dot(use, a, b, name);
    },
  },
  /** softmax(q kᵀ / √d) v over the last two axes (https://arxiv.org/abs/1706.03762, equation 1). */
  attend: {
    doc: "Attention softmax(q kᵀ / √d + bias) v: q [.., n, d], k [.., m, d], v [.., m, e] give [.., n, e]. Where `mask` is 0, nothing is attended to (arXiv 1706.03762).",
    inputs: ["q", "k", "v", "mask", "bias"],
    optional: 2,
    params: { drop: may(float, "0") },
    apply(use, [given, keys, values, mask, bias], args) {
      if (given === undefined || keys === undefined || values === undefined) return poison;
      for (const x of [given, keys, values]) checkRows(use, x);
      const [q = given, k = keys, value = values] = sameLead(use, [given, keys, values]);
      const width = q.wire.type.shape.at(-1);
      if (typeof width !== "number") return use.refuse("size-unknown", { axis: lastAxis(use, q) });
      const [widthK = 0, rowsK = 0, rowsV = 0] = [
        k.wire.type.shape.at(-1),
        k.wire.type.shape.at(-2),
        value.wire.type.shape.at(-2),
      ];
      if (!sameDim(width, widthK))
        return use.refuse(
          "shape-mismatch",
          { what: "q and k of `attend`", left: axesText(q), right: axesText(k) },
          { help: "their last axes must be equal" },
        );
      if (!sameDim(rowsK, rowsV))
        return use.refuse(
          "shape-mismatch",
          { what: "k and v of `attend`", left: axesText(k), right: axesText(value) },
          { help: "each key has one value" },
        );
      const rank = k.wire.type.shape.length;
      const turn = k.wire.type.shape.map((_, i) => (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));
      const scores = constrained(use, () =>
        v.matmul(use.g, v.scale(use.g, q.wire, 1 / Math.sqrt(width)), v.transpose(use.g, k.wire, turn)),
      );
      const scored: TensorThing = { ...q, wire: scores, axes: [...q.axes.slice(0, -1), "keys"] };
      const moved = bias === undefined ? scored : entrywise(use, scored, bias, (x, b) => v.add(use.g, x, b));
      const masked = mask === undefined ? moved.wire : withMask(use, moved, mask);
      const shown = withoutPadding(use, masked, k);
      const weights = dropped(use, v.softmax(use.g, shown, shown.type.shape.length - 1), numberOf(args, "drop", 0));
      return {
        ...q,
        wire: constrained(use, () => v.matmul(use.g, weights, value.wire)),
        axes: [...q.axes.slice(0, -1), lastAxis(use, value)],
      };
    },
  },
};

/** Contracts one axis, shares equal axes, crosses the rest. */
function dot(use: Use, a: TensorThing, b: TensorThing, over: string): Thing {
  const left = a.wire.type.shape[wireAxis(use, a, over)] ?? 0;
  const right = b.wire.type.shape[wireAxis(use, b, over)] ?? 0;
  if (!sameDim(left, right)) {
    return use.refuse(
      "shape-mismatch",
      { what: "`dot`", left: axesText(a), right: axesText(b) },
      {
        help: `\`${over}\` is ${printDim(left)} on one side, ${printDim(right)} on the other`,
      },
    );
  }
  const shared = a.axes.filter((name) => name !== over && b.axes.includes(name));
  const onlyA = a.axes.filter((name) => name !== over && !shared.includes(name));
  const onlyB = b.axes.filter((name) => name !== over && !shared.includes(name));
  if (onlyA.length > 1 || onlyB.length > 1) {
    return use.refuse("op-refuses", { callee: "`dot`", reason: "each side may have one axis that the other lacks" });
  }
  const x = ordered(use, a, [...shared, ...onlyA, over]);
  const y = ordered(use, b, [...shared, over, ...onlyB]);
  const row =
    onlyA.length === 0
      ? {
          ...x,
          wire: v.reshape(use.g, x.wire, [...x.wire.type.shape.slice(0, -1), 1, ...x.wire.type.shape.slice(-1)]),
          axes: [...shared, "row", over],
        }
      : x;
  const column =
    onlyB.length === 0
      ? { ...y, wire: v.reshape(use.g, y.wire, [...y.wire.type.shape, 1]), axes: [...shared, over, "column"] }
      : y;
  const [p, q] = row.batched === column.batched ? [row, column] : sameLead(use, [row, column]);
  if (p === undefined || q === undefined) return poison;
  const product = constrained(use, () => v.matmul(use.g, p.wire, q.wire));
  const keep = product.type.shape.filter((_, i) => {
    const fromEnd = product.type.shape.length - i;
    return !((fromEnd === 2 && onlyA.length === 0) || (fromEnd === 1 && onlyB.length === 0));
  });
  return {
    kind: "tensor",
    wire: v.reshape(use.g, product, keep),
    batched: a.batched || b.batched,
    axes: [...shared, ...onlyA, ...onlyB],
  };
}
