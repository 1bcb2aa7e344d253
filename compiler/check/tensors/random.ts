import type { Dim } from "../../ir/dim.ts";
import type { Value } from "../../ir/graph.ts";
import * as v from "../../ops/vocabulary.ts";
import type { TensorFunctions, Use } from "../tensor-function.ts";
import { dimsOf, type TensorThing, type Thing } from "../things.ts";
import { axis, float, int, may, must } from "../type.ts";
import { labelOf, numberOf, optionalNumber } from "./arguments.ts";
import { axesText, lastAxis, ordered, wireAxis } from "./axes.ts";

const poison: Thing = { kind: "poison" };

/** x with entries dropped at a rate, one draw for each entry of `shape`; nothing in evaluation. */
export function dropped(use: Use, x: Value, rate: number, shape: readonly Dim[] = x.type.shape): Value {
  if (rate < 0 || rate >= 1)
    return use.refuse("out-of-range", { what: "a rate of dropping", expected: "from 0 to below 1", actual: rate });
  if (rate === 0) return x;
  return v.at(use.g.apply("dropout", [x, use.seed()], { rate, stream: use.stream(), shape }), 0);
}

/** What draws numbers, and what picks entries by index (language rules 26, 28). */
export const randomFunctions: TensorFunctions = {
  dropout: {
    doc: "Entries set to 0 at a rate while training, the others scaled up; nothing in evaluation.",
    inputs: ["x"],
    params: { rate: must(float) },
    apply: (use, [x], args) =>
      x === undefined ? poison : { ...x, wire: dropped(use, x.wire, numberOf(args, "rate", 0)) },
  },
  /** A whole residual branch dropped, one draw for each sample and carried frame (https://arxiv.org/abs/1603.09382). */
  drop_path: {
    doc: "A whole residual branch dropped at a rate while training, one draw for each sample and frame (arXiv 1603.09382).",
    inputs: ["x"],
    params: { rate: must(float) },
    apply(use, [x], args) {
      if (x === undefined) return poison;
      const time = x.axes.indexOf("time");
      const shape = x.wire.type.shape.map(
        (dim, i): Dim => ((i === 0 && x.batched) || (time >= 0 && i === time + (x.batched ? 1 : 0)) ? dim : 1),
      );
      return { ...x, wire: dropped(use, x.wire, numberOf(args, "rate", 0), shape) };
    },
  },
  /** Independent draws from the standard normal distribution (Box and Muller, 1958), as large as x; in evaluation too. */
  normal_like: {
    doc: "Draws from the standard normal distribution, as large as x; in evaluation too.",
    inputs: ["x"],
    params: {},
    apply(use, [x]) {
      if (x === undefined) return poison;
      const { shape } = x.wire.type;
      const draw = () => v.randomUniform(use.g, use.seed(), shape, use.stream());
      // 1 − u is above 0, so that its logarithm is finite.
      const radius = v.squareRoot(use.g, v.scale(use.g, v.log(use.g, v.subtract(use.g, use.g.scalar(1), draw())), -2));
      return { ...x, wire: v.multiply(use.g, radius, v.cosine(use.g, v.scale(use.g, draw(), 2 * Math.PI))) };
    },
  },
  /** 1 with a probability, else 0, drawn for each entry; in evaluation too. */
  bernoulli_like: {
    doc: "1 with a probability, else 0, as large as x; in evaluation too.",
    inputs: ["x"],
    params: { share: must(float) },
    apply(use, [x], args) {
      if (x === undefined) return poison;
      const share = numberOf(args, "share", 0.5);
      if (share < 0 || share > 1)
        return use.refuse("out-of-range", { what: "`share`", expected: "from 0 to 1", actual: share });
      const drawn = v.randomUniform(use.g, use.seed(), x.wire.type.shape, use.stream());
      return { ...x, wire: v.cast(use.g, v.less(use.g, drawn, use.g.scalar(share)), "float32") };
    },
  },
  /** Sorted indices of a random share of an axis, [.., k]; drawn in evaluation too. */
  random_subset: {
    doc: "Sorted indices [.., k] of a random share of an axis; drawn in evaluation too.",
    inputs: ["x"],
    params: { share: must(float), over: may(axis, "the last axis") },
    apply(use, [x], args) {
      if (x === undefined) return poison;
      const name = labelOf(args, "over") ?? lastAxis(use, x);
      const i = wireAxis(use, x, name);
      const size = x.wire.type.shape[i];
      if (typeof size !== "number") return use.refuse("size-unknown", { axis: name });
      const count = Math.round(size * numberOf(args, "share", 1));
      if (count < 1 || count > size)
        return use.refuse("out-of-range", {
          what: "the share",
          expected: "above 0 and at most 1",
          actual: count / size,
        });
      const lead = x.wire.type.shape.slice(0, i);
      const drawn = v.randomUniform(use.g, use.seed(), [...lead, size], use.stream());
      const chosen = v.at(use.g.apply("top_k", [drawn], { k: count }), 1);
      // Sorted: the largest k of the negated indices, largest first.
      const ascending = v.at(
        use.g.apply("top_k", [v.negate(use.g, v.cast(use.g, chosen, "float32"))], { k: count }),
        0,
      );
      const wire = v.cast(use.g, v.negate(use.g, ascending), "int64");
      const axes = withNew(use, x.axes.slice(0, x.batched ? i - 1 : i), "k");
      return { kind: "tensor", wire, batched: x.batched, axes };
    },
  },
  top_k: {
    doc: "The k greatest along an axis: a map of `values` and `indices`, greatest first.",
    inputs: ["x"],
    params: { k: must(int), over: may(axis, "the last axis") },
    apply(use, [x], args) {
      if (x === undefined) return poison;
      const name = labelOf(args, "over") ?? lastAxis(use, x);
      const last = ordered(use, x, [...x.axes.filter((each) => each !== name), name]);
      const k = numberOf(args, "k", 1);
      const size = last.wire.type.shape.at(-1);
      if (typeof size === "number" && (k < 1 || k > size))
        return use.refuse("out-of-range", { what: "`k`", expected: `from 1 to ${size}`, actual: k });
      const outputs = use.g.apply("top_k", [last.wire], { k });
      const { axes } = last;
      const entries = new Map<string, Thing>([
        ["values", { ...last, wire: v.at(outputs, 0), axes }],
        ["indices", { ...last, wire: v.at(outputs, 1), axes }],
      ]);
      return { kind: "map", entries, places: new Map() };
    },
  },
  gather: {
    doc: "Rows of x [.., n, d] by their indices [.., k]: [.., k, d].",
    inputs: ["x", "indices"],
    params: { over: may(axis, "the last but one") },
    apply(use, [x, indices], args) {
      if (x === undefined || indices === undefined) return poison;
      const rows = asRows(use, x, labelOf(args, "over"), indices);
      const wire = v.gatherRows(use.g, rows.wire, indices.wire);
      return { ...rows, wire };
    },
  },
  scatter: {
    doc: "Rows x [.., k, d] put at their indices into [.., n: size, d]; elsewhere `fill`, or 0.",
    inputs: ["x", "indices", "fill"],
    optional: 1,
    params: { over: may(axis, "the last but one"), size: must(int) },
    apply(use, [x, indices, fill], args) {
      if (x === undefined || indices === undefined) return poison;
      const rows = asRows(use, x, labelOf(args, "over"), indices);
      const size = optionalNumber(args, "size") ?? 1;
      const placed = v.scatterRows(use.g, rows.wire, indices.wire, size);
      if (fill === undefined) return { ...rows, wire: placed };
      const ones = v.broadcast(use.g, use.g.scalar(1), [...indices.wire.type.shape, 1]);
      const taken = v.scatterRows(use.g, ones, indices.wire, size);
      const free = v.subtract(use.g, use.g.scalar(1), taken);
      return { ...rows, wire: v.add(use.g, placed, v.multiply(use.g, free, fill.wire)) };
    },
  },
  one_hot: {
    doc: "1 at each index and 0 elsewhere, along a new last axis of `depth`.",
    inputs: ["indices"],
    params: { depth: must(int) },
    apply(use, [indices], args) {
      if (indices === undefined) return poison;
      return {
        ...indices,
        wire: v.oneHot(use.g, indices.wire, numberOf(args, "depth", 1)),
        axes: withNew(use, indices.axes, "n"),
      };
    },
  },
};

/** Axes and one that is made, last (language rule 22). */
function withNew(use: Use, axes: readonly string[], name: string): readonly string[] {
  if (axes.includes(name))
    use.refuse(
      "duplicate-axis",
      { axis: name },
      { help: `call the one that it has by another name first: rename(${name}: other)` },
    );
  return [...axes, name];
}

/** x as [.., rows, d], whose leading axes must be those of the indices. */
function asRows(use: Use, x: TensorThing, over: string | undefined, indices: TensorThing): TensorThing {
  const name = over ?? x.axes.at(-2) ?? "n";
  if (x.axes.at(-2) !== name || dimsOf(indices).length !== x.axes.length - 1) {
    return use.refuse("op-refuses", {
      callee: `\`${use.name}\``,
      reason: `it needs [.., ${name}, d] and indices [.., k], not ${axesText(x)} and ${axesText(indices)}`,
    });
  }
  return x;
}
