import { productOf } from "../ir/dim.ts";
import { allAre, evenPads, padded, type Walk, walkedSizes } from "./convolution.ts";
import { defineOp } from "./define-op.ts";
import { perEntry } from "./flops.ts";
import { float, sample } from "./sample.ts";
import { call, named, tuple } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

type Pool = { kernel: readonly number[]; strides: readonly number[]; pads: readonly number[] };

const walkOf = ({ kernel, strides, pads }: Pool, groups: number): Walk => ({
  strides,
  pads,
  dilations: kernel.map(() => 1),
  groups,
});

export const avgPool = defineOp({
  name: "avg_pool",
  summary: "The mean of the entries under a window that walks over all axes after the second; padding counts as zeros.",
  inputs: ["x"],
  outputs: ["y"],
  constraints: {
    C1: "an x of [n, c, ..] with c a number, and a window entry for each further axis",
    C2: "a window that fits into the padded x",
  },
  infer({ x }, attributes: Pool, require) {
    require("C1", x.shape.length === attributes.kernel.length + 2 && typeof x.shape[1] === "number");
    const sizes = walkedSizes(x, attributes.kernel, walkOf(attributes, 1));
    require("C2", sizes !== undefined);
    return { y: { dtype: x.dtype, shape: [...x.shape.slice(0, 2), ...(sizes ?? [])] } };
  },
  gradient: undefined,
  // Each channel convolved with a kernel of equal numbers.
  expand(g, { x }, attributes) {
    const channels = Number(x.type.shape[1]);
    const cells = attributes.kernel.reduce((product, size) => product * size, 1);
    const kernel = new Float32Array(channels * cells).fill(1 / cells);
    const weight = g.constant("float32", [channels, 1, ...attributes.kernel], kernel);
    return { y: v.at(g.apply("conv", [x, weight], walkOf(attributes, channels)), 0) };
  },
  onnx: (w, { x }, { kernel, strides, pads }) => ({
    y: w.node("AveragePool", [x.name], { kernel_shape: kernel, strides, pads, count_include_pad: 1 }),
  }),
  webgpu: "expand",
  flops: (_, { y }, { kernel }) => perEntry(y, productOf(kernel)),
  torch: (_w, { x }, { kernel, strides, pads }) =>
    call(
      `F.avg_pool${kernel.length}d`,
      padded(x, pads, "0.0"),
      tuple(kernel),
      named("stride", tuple(strides)),
      ...allAre("padding", evenPads(pads), 0),
    ),
  samples: [
    sample([float([2, 3, 6, 6])], { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] }),
    sample([float([1, 2, 7, 7])], { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
  ],
  rejects: {
    C1: sample([float([2, 3, 6])], { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] }),
    C2: sample([float([2, 3, 2])], { kernel: [3], strides: [1], pads: [0, 0] }),
  },
});
