import { multiplyDims, productOf, sameDim } from "../ir/dim.ts";
import { convolvedBack, type Sized, transposed, transposedOnWebgpu } from "./convolution-gradients.ts";
import { convolveBack } from "./convolution-tfjs.ts";
import { defineOp } from "./define-op.ts";
import { float, sample } from "./sample.ts";
import { sizes } from "./tfjs-kit.ts";

export const convInputGradient = defineOp({
  name: "conv_input_gradient",
  summary:
    "What a convolution sends back to its input: the transposed convolution, with the input's spatial sizes given.",
  inputs: ["dy", "weight"],
  outputs: ["dx"],
  constraints: { C1: "as many channels in dy as the weight has outputs" },
  infer({ dy, weight }, { sizes, groups }: Sized, require) {
    require("C1", sameDim(dy.shape[1] ?? -1, weight.shape[0] ?? -2));
    return { dx: { dtype: dy.dtype, shape: [dy.shape[0] ?? 1, multiplyDims(weight.shape[1] ?? 1, groups), ...sizes] } };
  },
  // Stands in gradients only, which are not differentiated again.
  gradient: undefined,
  onnx: (w, { dy, weight }, attributes) => ({
    dx: convolvedBack(w, dy, weight, attributes) ?? transposed(w, dy, weight, attributes),
  }),
  webgpu: (w, { dy, weight }, attributes) => ({ dx: transposedOnWebgpu(w, dy, weight, attributes) }),
  tfjs: (k, { dy, weight }, attributes) => ({
    dx: convolveBack(k, dy, weight, attributes, sizes(attributes.sizes)),
  }),
  flops: ({ dy, weight }) => productOf([2, ...dy.shape, ...weight.shape.slice(1)]),
  samples: [
    sample([float([2, 4, 3, 3]), float([4, 3, 3, 3])], {
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      dilations: [1, 1],
      groups: 1,
      sizes: [6, 6],
    }),
    // Each channel alone, and two groups of three whose kernel has room between its entries.
    sample([float([2, 3, 5, 6]), float([3, 1, 3, 3])], {
      strides: [1, 1],
      pads: [1, 1, 1, 1],
      dilations: [1, 1],
      groups: 3,
      sizes: [5, 6],
    }),
    sample([float([1, 4, 5, 4]), float([4, 3, 2, 3])], {
      strides: [1, 1],
      pads: [1, 0, 1, 0],
      dilations: [2, 1],
      groups: 2,
      sizes: [5, 6],
    }),
  ],
  rejects: {
    C1: sample([float([2, 4, 3]), float([5, 3, 3])], {
      strides: [1],
      pads: [0, 0],
      dilations: [1],
      groups: 1,
      sizes: [5],
    }),
  },
});
