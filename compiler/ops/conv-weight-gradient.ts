import { divideDims, productOf, sameDim } from "../ir/dim.ts";
import { channelsOnWebgpu } from "./convolution.ts";
import { asProducts, type Sized } from "./convolution-gradients.ts";
import { convolveOverBatch } from "./convolution-tfjs.ts";
import { defineOp } from "./define-op.ts";
import type { Emitted, OnnxWriter } from "./onnx-writer.ts";
import { float, sample } from "./sample.ts";
import { sizes } from "./tfjs-kit.ts";

export const convWeightGradient = defineOp({
  name: "conv_weight_gradient",
  summary:
    "What a convolution sends back to its weight: x convolved with dy over the batch, with the kernel's sizes given.",
  inputs: ["x", "dy"],
  outputs: ["dw"],
  constraints: { C1: "x and dy of the same batch" },
  infer({ x, dy }, { sizes, groups }: Sized, require) {
    require("C1", sameDim(x.shape[0] ?? -1, dy.shape[0] ?? -2));
    return { dw: { dtype: x.dtype, shape: [dy.shape[1] ?? 1, divideDims(x.shape[1] ?? 1, groups) ?? 1, ...sizes] } };
  },
  // Stands in gradients only, which are not differentiated again.
  gradient: undefined,
  onnx: (w, { x, dy }, attributes) => ({
    dw: asProducts(w, x, dy, attributes) ?? turned(w, x, dy, attributes, (input, kernel) => [input.name, kernel.name]),
  }),
  webgpu: (w, { x, dy }, attributes) => ({
    dw: turned(w, x, dy, attributes, (input, kernel) => channelsOnWebgpu(w, input, kernel, attributes.groups)),
  }),
  tfjs: (k, { x, dy }, attributes) => ({ dw: convolveOverBatch(k, x, dy, attributes, sizes(attributes.sizes)) }),
  flops: ({ dy }, { dw }) => productOf([2, ...dy.shape, ...dw.shape.slice(1)]),
  samples: [
    sample([float([2, 3, 6, 6]), float([2, 4, 3, 3])], {
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      dilations: [1, 1],
      groups: 1,
      sizes: [3, 3],
    }),
    // With enough channels for products: kernels of several pixels and of one, and each channel alone.
    sample([float([2, 6, 5, 6]), float([2, 3, 3, 3])], {
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      dilations: [1, 1],
      groups: 1,
      sizes: [3, 3],
    }),
    sample([float([1, 5, 6, 5]), float([1, 2, 4, 3])], {
      strides: [1, 1],
      pads: [0, 0, 0, 0],
      dilations: [2, 1],
      groups: 1,
      sizes: [2, 3],
    }),
    sample([float([2, 3, 5, 4]), float([2, 2, 3, 2])], {
      strides: [2, 2],
      pads: [0, 0, 0, 0],
      dilations: [1, 1],
      groups: 1,
      sizes: [1, 1],
    }),
    sample([float([2, 6, 1, 2]), float([2, 7, 1, 2])], {
      strides: [1, 1],
      pads: [0, 0, 0, 0],
      dilations: [1, 1],
      groups: 1,
      sizes: [1, 1],
    }),
    sample([float([2, 3, 5, 6]), float([2, 3, 5, 6])], {
      strides: [1, 1],
      pads: [1, 1, 1, 1],
      dilations: [1, 1],
      groups: 3,
      sizes: [3, 3],
    }),
  ],
  rejects: {
    C1: sample([float([2, 3, 5]), float([1, 4, 3])], {
      strides: [1],
      pads: [0, 0],
      dilations: [1],
      groups: 1,
      sizes: [3],
    }),
  },
});

/**
 * With the batch in the place of the channels this is a convolution again, whose stride and dilation change places; `operands` gives
 * its two.
 */
function turned(
  w: OnnxWriter,
  x: Emitted,
  dy: Emitted,
  { strides, pads, dilations, groups, sizes }: Sized,
  operands: (input: Emitted, kernel: Emitted) => readonly [string, string],
): string {
  const [n = 1, c = 1, ...spatial] = x.type.shape;
  const [, out = 1, ...walked] = dy.type.shape;
  const each = divideDims(c, groups) ?? 1;
  const axes = spatial.map((_, i) => i);
  const grouped = w.reshape(x.name, x.type.shape, [n, groups, each, ...spatial]);
  const swapped = w.node("Transpose", [grouped], { perm: [2, 1, 0, ...axes.map((i) => i + 3)] });
  const shape = [each, productOf([groups, n]), ...spatial];
  const input = w.reshape(swapped, [each, groups, n, ...spatial], shape);
  const kernel = w.node("Transpose", [dy.name], { perm: [1, 0, ...axes.map((i) => i + 2)] });
  const { dtype } = x.type;
  const all = w.node(
    "Conv",
    operands({ name: input, type: { dtype, shape } }, { name: kernel, type: { dtype, shape: [out, n, ...walked] } }),
    { strides: dilations, pads, dilations: strides, group: groups },
  );
  // Where the stride left input over, the kernel comes out too long.
  const cut = w.node("Slice", [all, w.integers(axes.map(() => 0)), w.sizes(sizes), w.integers(axes.map((i) => i + 2))]);
  return w.node("Transpose", [cut], { perm: [1, 0, ...axes.map((i) => i + 2)] });
}
