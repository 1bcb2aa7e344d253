import { addDims, multiplyDims, productOf, sameDim, sameShape, subtractDims } from "../ir/dim.ts";
import { allAre, channelsOnWebgpu, evenPads, padded, type Walk, walkAttributes, walkedSizes } from "./convolution.ts";
import { convolve } from "./convolution-tfjs.ts";
import { defineOp } from "./define-op.ts";
import { entriesOf } from "./flops.ts";
import { float, sample } from "./sample.ts";
import { call, option } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

const walk = (strides: number[], pads: number[], dilations: number[], groups = 1): Walk => ({
  strides,
  pads,
  dilations,
  groups,
});

export const conv = defineOp({
  name: "conv",
  summary: "Convolution of x [n, c, ..] with a weight [out, c / groups, ..] over all axes after the second.",
  inputs: ["x", "weight"],
  optional: ["bias"],
  outputs: ["y"],
  constraints: {
    C1: "an x of [n, c, ..] and a weight with as many axes",
    C2: "channels of x = groups × the weight's input channels, and outputs that the groups divide",
    C3: "a kernel that fits into the padded x",
    C4: "a bias of [out]",
  },
  infer({ x, weight, bias }, attributes: Walk, require) {
    const [out = 1, into = 1, ...kernel] = weight.shape;
    require("C1", x.shape.length >= 3 &&
      x.shape.length === weight.shape.length &&
      attributes.strides.length === kernel.length);
    const groups = attributes.groups;
    require("C2", sameDim(x.shape[1] ?? -1, multiplyDims(into, groups)) &&
      typeof out === "number" &&
      out % groups === 0);
    const sizes = walkedSizes(x, kernel, attributes);
    require("C3", sizes !== undefined);
    require("C4", bias === undefined || sameShape(bias.shape, [out]));
    return { y: { dtype: x.dtype, shape: [x.shape[0] ?? 1, out, ...(sizes ?? [])] } };
  },
  gradient(g, { inputs: { x, weight, bias }, d: { y: dy }, attributes }) {
    if (dy === undefined) return { x: undefined, weight: undefined, bias: undefined };
    const axes = x.type.shape.map((_, i) => i).filter((i) => i !== 1);
    return {
      x: v.at(g.apply("conv_input_gradient", [dy, weight], { ...attributes, sizes: x.type.shape.slice(2) }), 0),
      weight: v.at(g.apply("conv_weight_gradient", [x, dy], { ...attributes, sizes: weight.type.shape.slice(2) }), 0),
      bias: bias && v.reduceSum(g, dy, axes),
    };
  },
  /**
   * Over one axis: what each tap of the kernel meets, side by side, and one product over all frames of all rows, whose gradients are
   * products too. onnxruntime's convolutions go row by row.
   */
  faster(g, { x, weight, bias }, { pads: [before = 0, after = 0], dilations: [dilation = 1], strides, groups }) {
    if (strides.length !== 1 || strides[0] !== 1 || groups !== 1) return undefined;
    const [out = 1, into = 1, kernel = 1] = weight.type.shape;
    const frames = v.pad(g, v.transpose(g, x, [0, 2, 1]), 1, before, after);
    const taps = Number(kernel);
    const length = subtractDims(frames.type.shape[1] ?? 1, dilation * (taps - 1));
    const met = Array.from({ length: taps }, (_, k) =>
      v.slice(g, frames, 1, k * dilation, addDims(length, k * dilation)),
    );
    const matrix = v.reshape(g, v.transpose(g, weight, [0, 2, 1]), [out, multiplyDims(into, taps)]);
    return { y: v.transpose(g, v.linear(g, v.concat(g, met, 2), matrix, bias), [0, 2, 1]) };
  },
  onnx: (w, { x, weight, bias }, attributes) => ({
    y: w.node("Conv", [x.name, weight.name, ...(bias === undefined ? [] : [bias.name])], walkAttributes(attributes)),
  }),
  webgpu: (w, { x, weight, bias }, attributes) => ({
    y: w.node(
      "Conv",
      [...channelsOnWebgpu(w, x, weight, attributes.groups), ...(bias === undefined ? [] : [bias.name])],
      walkAttributes(attributes),
    ),
  }),
  tfjs(k, { x, weight, bias }, walk) {
    const y = convolve(k, x, weight, walk);
    if (bias === undefined) return { y };
    const across = y.shape.map((size, i) => (i === 1 ? size : 1));
    return { y: k.kernel("Add", { a: y, b: k.reshape(bias, across) }) };
  },
  flops: ({ weight, bias }, { y }) =>
    addDims(productOf([2, ...y.shape, ...weight.shape.slice(1)]), bias === undefined ? 0 : entriesOf(y)),
  torch(_w, { x, weight, bias }, { strides, pads, dilations, groups }) {
    const options = [
      ...allAre("stride", strides, 1),
      ...allAre("padding", evenPads(pads), 0),
      ...allAre("dilation", dilations, 1),
      option("groups", groups, 1),
    ];
    const given = bias === undefined ? [] : [bias];
    return call(`F.conv${strides.length}d`, padded(x, pads, "0.0"), weight, ...given, ...options);
  },
  samples: [
    sample([float([2, 3, 5, 6]), float([4, 3, 3, 3]), float([4])], walk([1, 1], [1, 1, 1, 1], [1, 1])),
    sample([float([2, 4, 8, 7]), float([6, 2, 3, 2])], walk([2, 2], [1, 0, 1, 0], [1, 1], 2)),
    sample([float([1, 4, 6, 6]), float([4, 1, 3, 3])], walk([1, 1], [2, 2, 2, 2], [2, 2], 4)),
    // More before than after, as TensorFlow pads; one pixel at a time.
    sample([float([1, 2, 6, 5]), float([4, 1, 3, 3])], walk([2, 2], [0, 1, 1, 1], [1, 1], 2)),
    sample([float([2, 5, 3, 4]), float([3, 5, 1, 1]), float([3])], walk([1, 1], [0, 0, 0, 0], [1, 1])),
    sample([float([2, 3, 9]), float([5, 3, 3]), float([5])], walk([1], [4, 0], [2])),
    sample([float([2, 3, 8]), float([5, 3, 3])], walk([3], [0, 0], [1])),
  ],
  rejects: {
    C1: sample([float([2, 3, 5]), float([4, 3, 3, 3])], walk([1], [0, 0], [1])),
    C2: sample([float([2, 3, 5]), float([4, 2, 3])], walk([1], [0, 0], [1])),
    C3: sample([float([2, 3, 2]), float([4, 3, 3])], walk([1], [0, 0], [1])),
    C4: sample([float([2, 3, 5]), float([4, 3, 3]), float([3])], walk([1], [0, 0], [1])),
  },
});
