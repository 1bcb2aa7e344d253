import type { GraphBuilder } from "../../ir/builder.ts";
import { sameDim, subtractDims } from "../../ir/dim.ts";
import type { Value } from "../../ir/graph.ts";
import * as v from "../../ops/vocabulary.ts";
import type { TensorFunction, TensorFunctions, Use } from "../tensor-function.ts";
import type { TensorThing, Thing } from "../things.ts";
import { axis, bool, list, may, options } from "../type.ts";
import { labelOf, labelsOf, truthOf } from "./arguments.ts";
import { constrained, lastAxis, wireAxis } from "./axes.ts";
import { combine, entrywise } from "./combine.ts";
import { presentBeside } from "./padding.ts";

type Reduction = (g: GraphBuilder, x: Value, axes: readonly number[], keep: boolean) => Value;

const axes = options(axis, list(axis));
const over = may(axes, "the last axis");
/** Of sums and means (language rule 51). */
const overOrAll = may(axes, "the last axis; in a loss, everything");

/** One tensor is reduced over axes; several are joined entry by entry (language rules 10, 22). */
const reduction = (
  doc: string,
  reduce: Reduction,
  join: ((use: Use, items: readonly TensorThing[]) => TensorThing) | undefined,
  whole?: (use: Use, x: TensorThing) => TensorThing,
): TensorFunction => ({
  doc,
  inputs: "many",
  joins: join !== undefined,
  params: { over: whole === undefined ? over : overOrAll, keep: may(bool, "false") },
  apply(use, inputs, args) {
    const [x] = inputs;
    if (x === undefined) return use.refuse("empty-list", { callee: `\`${use.name}\`` });
    if (inputs.length > 1) {
      return join === undefined
        ? use.refuse("op-refuses", { callee: `\`${use.name}\``, reason: "it takes one tensor" })
        : join(use, inputs);
    }
    const given = labelsOf(args, "over");
    if (use.overall && whole !== undefined && given === undefined) return whole(use, x);
    const names = given ?? [lastAxis(use, x)];
    const keep = truthOf(args, "keep", false);
    if (use.overall && names.includes("batch")) return overSamples(use, x, names, keep);
    const axes = names.map((name) => wireAxis(use, x, name));
    return {
      ...x,
      wire: reduce(use.g, x.wire, axes, keep),
      axes: keep ? x.axes : x.axes.filter((name) => !names.includes(name)),
    };
  },
});

const pairwise =
  (rule: (g: GraphBuilder, a: Value, b: Value) => Value) =>
  (use: Use, items: readonly TensorThing[]): TensorThing =>
    items.reduce((a, b) => entrywise(use, a, b, (x, y) => rule(use.g, x, y)));

const meanOf: Reduction = (g, x, axes, keep) => v.reduceMean(g, x, axes, keep);

/** √ of the mean squared distance from the mean (of the population). */
const deviation: Reduction = (g, x, axes, keep) => {
  const away = v.subtract(g, x, v.reduceMean(g, x, axes, true));
  return v.squareRoot(g, v.reduceMean(g, v.square(g, away), axes, keep));
};

/** The mean over time leaves masked padding out. */
function meanOverTime(use: Use, x: TensorThing, names: readonly string[], keep: boolean): Thing | undefined {
  if (names.length !== 1 || names[0] !== "time") return undefined;
  const present = presentBeside(use, x);
  if (present === undefined) return undefined;
  const i = wireAxis(use, x, "time");
  const sum = v.reduceSum(use.g, v.multiply(use.g, x.wire, present), [i], keep);
  const count = v.maximum(use.g, v.reduceSum(use.g, present, [i], keep), use.g.scalar(1));
  return { ...x, wire: v.divide(use.g, sum, count), axes: keep ? x.axes : x.axes.filter((name) => name !== "time") };
}

/** 1 for the entries of real frames and 0 for those of padding, as large as x; undefined where nothing is padded. */
function realEntries(use: Use, x: TensorThing): Value | undefined {
  const { frames } = use;
  const time = x.axes.indexOf("time");
  if (frames === undefined || !x.batched || time < 0) return undefined;
  const [batch = 1, length = 1] = frames.type.shape;
  const i = time + 1;
  const own = x.wire.type.shape[i] ?? 1;
  // Padding stands at the end: a window cut shorter, such as differences of neighbours, keeps the last.
  const cut = sameDim(own, length) ? frames : v.slice(use.g, frames, 1, subtractDims(length, own), length);
  const shape = x.wire.type.shape.map((_, k) => (k === 0 ? batch : k === i ? own : 1));
  return v.broadcast(use.g, v.reshape(use.g, cut, shape), x.wire.type.shape);
}

/**
 * Sums and means over the samples of a loss, named `batch` there (language rule 34): with a clip, its real frames are samples. What is
 * left is one number for each other entry.
 */
function overSamples(use: Use, x: TensorThing, names: readonly string[], keep: boolean): Thing {
  if (names.length > 1 || keep || !x.batched || (use.name !== "sum" && use.name !== "mean"))
    return use.refuse("op-refuses", {
      callee: `\`${use.name}\``,
      reason: "over `batch` there are only sums and means, of that axis alone",
    });
  const i = x.axes.indexOf("time") + 1;
  const axes = i === 0 ? [0] : [0, i];
  const real = realEntries(use, x);
  const total = v.reduceSum(use.g, real === undefined ? x.wire : v.multiply(use.g, x.wire, real), axes, false);
  const left = x.axes.filter((name) => name !== "time");
  if (use.name === "sum") return { kind: "tensor", wire: total, batched: false, axes: left };
  const wire =
    real === undefined
      ? v.reduceMean(use.g, x.wire, axes, false)
      : v.divide(use.g, total, v.maximum(use.g, v.reduceSum(use.g, real, axes, false), use.g.scalar(1)));
  return { kind: "tensor", wire, batched: false, axes: left };
}

const sumOfAll = (use: Use, x: TensorThing): TensorThing => {
  const real = realEntries(use, x);
  const wire = v.sumAll(use.g, real === undefined ? x.wire : v.multiply(use.g, x.wire, real));
  return { kind: "tensor", wire, batched: false, axes: [] };
};

const meanOfAll = (use: Use, x: TensorThing): TensorThing => {
  const real = realEntries(use, x);
  if (real === undefined) return { kind: "tensor", wire: v.meanAll(use.g, x.wire), batched: false, axes: [] };
  const count = v.maximum(use.g, v.sumAll(use.g, real), use.g.scalar(1));
  const wire = v.divide(use.g, v.sumAll(use.g, v.multiply(use.g, x.wire, real)), count);
  return { kind: "tensor", wire, batched: false, axes: [] };
};

const plainMean = reduction(
  "The mean over axes, which are dropped or, with `keep`, become 1; of several tensors, entry by entry. Over `time`, masked padding is left out.",
  meanOf,
  (use, items) => {
    const sum = pairwise(v.add)(use, items);
    return { ...sum, wire: v.scale(use.g, sum.wire, 1 / items.length) };
  },
  meanOfAll,
);

export const reductions: TensorFunctions = {
  sum: reduction(
    "The sum over axes, which are dropped or, with `keep`, become 1; of several tensors, entry by entry. `sum([])` is 0.",
    (g, x, axes, keep) => v.reduceSum(g, x, axes, keep),
    (use, items) => items.reduce((a, b) => combine(use, "+", a, b)),
    sumOfAll,
  ),
  mean: {
    ...plainMean,
    apply(use, inputs, args) {
      const [x] = inputs;
      const names = labelsOf(args, "over");
      const masked =
        x === undefined || inputs.length > 1 || names === undefined
          ? undefined
          : meanOverTime(use, x, names, truthOf(args, "keep", false));
      return masked ?? plainMean.apply(use, inputs, args);
    },
  },
  max: reduction(
    "The greatest over axes; of several tensors, entry by entry.",
    (g, x, axes, keep) => v.reduceMax(g, x, axes, keep),
    pairwise(v.maximum),
  ),
  min: reduction(
    "The least over axes; of several tensors, entry by entry.",
    (g, x, axes, keep) => v.reduceMin(g, x, axes, keep),
    pairwise(v.minimum),
  ),
  std: reduction("The standard deviation over axes, of the population.", deviation, undefined),
  softmax: {
    doc: "e^x divided by its sum over an axis: shares that add up to 1.",
    inputs: ["x"],
    params: { over: may(axis, "the last axis") },
    apply(use, [x], args) {
      if (x === undefined) return { kind: "poison" };
      const i = wireAxis(use, x, labelOf(args, "over") ?? lastAxis(use, x));
      return { ...x, wire: constrained(use, () => v.softmax(use.g, x.wire, i)) };
    },
  },
  l2_normalize: {
    doc: "Divided by the Euclidean norm over an axis.",
    inputs: ["x"],
    params: { over: may(axis, "the last axis") },
    apply(use, [x], args) {
      if (x === undefined) return { kind: "poison" };
      const i = wireAxis(use, x, labelOf(args, "over") ?? lastAxis(use, x));
      const norm = v.squareRoot(use.g, v.reduceSum(use.g, v.square(use.g, x.wire), [i], true));
      return { ...x, wire: v.divide(use.g, x.wire, v.maximum(use.g, norm, use.g.scalar(1e-12))) };
    },
  },
};
