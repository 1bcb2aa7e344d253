import { productOf, sameShape } from "../ir/dim.ts";
import { channelShape } from "./batch-norm.ts";
import { defineOp } from "./define-op.ts";
import { perEntry } from "./flops.ts";
import { float, type SampleInput, sample } from "./sample.ts";
import { call, named, option } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

const settings = { axis: 1, eps: 1e-5 };
const channel: SampleInput = float([3]);
const spread: SampleInput = float([3], "positive");

export const batchNormFixed = defineOp({
  name: "batch_norm_fixed",
  summary: "Batch normalisation by given statistics, as in evaluation and in frozen layers.",
  inputs: ["x", "weight", "bias", "mean", "variance"],
  outputs: ["y"],
  constraints: { C1: "an axis of x", C2: "weight, bias, mean and variance of the size of that axis" },
  infer({ x, weight, bias, mean, variance }, { axis }: { axis: number; eps: number }, require) {
    const size = x.shape[axis];
    require("C1", size !== undefined);
    require("C2", [weight, bias, mean, variance].every((type) => sameShape(type.shape, [size ?? 1])));
    return { y: x };
  },
  gradient: undefined,
  expand(g, { x, weight, bias, mean, variance }, { axis, eps }) {
    const across = channelShape(x, axis);
    const factor = v.divide(g, weight, v.squareRoot(g, v.shift(g, variance, eps)));
    const away = v.subtract(g, x, v.reshape(g, mean, across));
    return { y: v.add(g, v.multiply(g, away, v.reshape(g, factor, across)), v.reshape(g, bias, across)) };
  },
  // One node, which onnxruntime takes into a convolution before it; the axis must be its second.
  onnx(w, { x, weight, bias, mean, variance }, { axis, eps }) {
    const { shape } = x.type;
    const second = [productOf(shape.slice(0, axis)), ...shape.slice(axis)];
    const node = w.node(
      "BatchNormalization",
      [w.reshape(x.name, shape, second), weight.name, bias.name, mean.name, variance.name],
      { epsilon: { float: eps } },
    );
    return { y: w.reshape(node, second, shape) };
  },
  webgpu: "expand",
  flops: ({ x }) => perEntry(x, 3),
  torch: (_w, { x, weight, bias, mean, variance }, { axis, eps }) =>
    call("batch_norm_fixed", x, weight, bias, mean, variance, named("axis", axis), option("eps", eps, 1e-5)),
  samples: [
    sample([float([4, 3, 2]), channel, channel, channel, spread], settings),
    sample([float([2, 2, 3]), channel, channel, channel, spread], { ...settings, axis: 2 }),
  ],
  rejects: {
    C1: sample([float([4, 3]), channel, channel, channel, spread], { ...settings, axis: 2 }),
    C2: sample([float([4, 2]), channel, channel, channel, spread], settings),
  },
});
