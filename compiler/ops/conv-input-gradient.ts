import { type Dim, multiplyDims, productOf, sameDim } from "../ir/dim.ts";
import { type Walk, walkAttributes } from "./convolution.ts";
import { convolveBack } from "./convolution-tfjs.ts";
import { defineOp } from "./define-op.ts";
import { float, sample } from "./sample.ts";
import { sizes } from "./tfjs-kit.ts";

type Sized = Walk & { sizes: readonly Dim[] };

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
  onnx(w, { dy, weight }, attributes) {
    const { strides, pads, dilations, sizes } = attributes;
    const spatial = strides.length;
    // What the stride left over at the end of the input.
    const outputPadding = strides.map((stride, axis) => {
      const reached =
        (Number(dy.type.shape[axis + 2]) - 1) * stride +
        (dilations[axis] ?? 1) * (Number(weight.type.shape[axis + 2]) - 1) +
        1;
      return Number(sizes[axis]) + (pads[axis] ?? 0) + (pads[axis + spatial] ?? 0) - reached;
    });
    return {
      dx: w.node("ConvTranspose", [dy.name, weight.name], {
        ...walkAttributes(attributes),
        output_padding: outputPadding,
      }),
    };
  },
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
