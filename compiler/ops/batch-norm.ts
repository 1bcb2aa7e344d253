import type { GraphBuilder } from "../ir/builder.ts";
import { type Dim, productOf, sameShape } from "../ir/dim.ts";
import type { Value } from "../ir/graph.ts";
import { broadcastShapes } from "./broadcasting.ts";
import { defineOp } from "./define-op.ts";
import { perEntry } from "./flops.ts";
import { float, type SampleInput, sample } from "./sample.ts";
import { call, named, option } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

type Settings = { axis: number; eps: number; momentum: number };

const settings = { axis: 1, eps: 1e-5, momentum: 0.1 };
const channel: SampleInput = float([3]);
const spread: SampleInput = float([3], "positive");

export const batchNorm = defineOp({
  name: "batch_norm",
  summary:
    "Each channel brought to mean 0 and variance 1 over all other axes, then scaled and shifted; and the running statistics after this batch.",
  inputs: ["x", "weight", "bias", "mean", "variance"],
  optional: ["present"],
  outputs: ["y", "newMean", "newVariance"],
  constraints: {
    C1: "an axis of x",
    C2: "weight, bias, mean and variance of the size of that axis",
    C3: "a present that broadcasts to x, of size 1 along that axis",
  },
  infer({ x, weight, bias, mean, variance, present }, { axis }: Settings, require) {
    const size = x.shape[axis];
    require("C1", size !== undefined);
    require("C2", [weight, bias, mean, variance].every((type) => sameShape(type.shape, [size ?? 1])));
    const common = present && broadcastShapes(present.shape, x.shape);
    const place = present && present.shape.length - (x.shape.length - axis);
    require("C3", present === undefined ||
      (common !== undefined && sameShape(common, x.shape) && present.shape[place ?? 0] === 1));
    return { y: x, newMean: mean, newVariance: variance };
  },
  gradient: undefined,
  expand(g, { x, weight, bias, mean, variance, present }, { axis, eps, momentum }) {
    const axes = x.type.shape.map((_, i) => i).filter((i) => i !== axis);
    const across = channelShape(x, axis);
    const weighted = (value: Value) => (present === undefined ? value : v.multiply(g, value, present));
    const count = countOf(g, x, present, axes);
    const centre = v.divide(g, v.reduceSum(g, weighted(x), axes, true), count);
    const away = v.subtract(g, x, centre);
    const squares = v.reduceSum(g, weighted(v.square(g, away)), axes, true);
    const spreadOf = v.divide(g, squares, count);
    const inverse = v.divide(g, g.scalar(1), v.squareRoot(g, v.shift(g, spreadOf, eps)));
    const factor = v.multiply(g, inverse, v.reshape(g, weight, across));
    // The running variance is the unbiased one, as in PyTorch.
    const unbiased = v.divide(g, squares, v.maximum(g, v.shift(g, count, -1), g.scalar(1)));
    const follow = (running: Value, now: Value) =>
      v.add(
        g,
        v.scale(g, running, 1 - momentum),
        v.scale(g, v.stopGradient(g, v.reshape(g, now, running.type.shape)), momentum),
      );
    return {
      y: v.add(g, v.multiply(g, away, factor), v.reshape(g, bias, across)),
      newMean: follow(mean, centre),
      newVariance: follow(variance, unbiased),
    };
  },
  evaluation: (g, { x, weight, bias, mean, variance }, { axis, eps }) => ({
    y: v.at(g.apply("batch_norm_fixed", [x, weight, bias, mean, variance], { axis, eps }), 0),
    newMean: mean,
    newVariance: variance,
  }),
  // The mean (1), the variance (3), scale and shift (2); the statistics are per channel.
  flops: ({ x }) => perEntry(x, 6),
  // The running statistics are buffers, which this changes.
  torch: (_w, { x, weight, bias, mean, variance, present }, { axis, eps, momentum }) =>
    call(
      "batch_norm",
      x,
      weight,
      bias,
      mean,
      variance,
      ...(present === undefined ? [] : [{ text: `present=${present.text}`, binds: present.binds }]),
      named("axis", axis),
      option("eps", eps, 1e-5),
      option("momentum", momentum, 0.1),
      named("training", "self.training"),
    ),
  samples: [
    sample([float([4, 3, 2]), channel, channel, channel, spread], settings),
    sample(
      [float([4, 3]), channel, channel, channel, spread, { dtype: "float32", shape: [4, 1], domain: "zero or one" }],
      settings,
    ),
  ],
  rejects: {
    C1: sample([float([4, 3]), channel, channel, channel, spread], { ...settings, axis: 2 }),
    C2: sample([float([4, 2]), channel, channel, channel, spread], settings),
    C3: sample([float([4, 3]), channel, channel, channel, spread, float([2, 1])], settings),
  },
});

/** The shape that puts a vector along the channel axis. */
export function channelShape(x: Value, axis: number): readonly Dim[] {
  return x.type.shape.map((dim, i) => (i === axis ? dim : 1));
}

/** How many entries each channel is averaged over, of one per channel if it is a number. */
function countOf(g: GraphBuilder, x: Value, present: Value | undefined, axes: readonly number[]): Value {
  const sizes = axes.map((i) => x.type.shape[i] ?? 1);
  const count = productOf(sizes);
  if (present === undefined && typeof count === "number") return g.scalar(count);
  const ones = v.broadcast(g, present ?? g.scalar(1), x.type.shape);
  return v.maximum(g, v.reduceSum(g, ones, axes, true), g.scalar(1));
}
