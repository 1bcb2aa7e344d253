import { productOf } from "../ir/dim.ts";
import { type Walk, walkedSizes } from "./convolution.ts";
import { defineOp } from "./define-op.ts";
import { perEntry } from "./flops.ts";
import { float, sample } from "./sample.ts";
import * as v from "./vocabulary.ts";

type Pool = { kernel: readonly number[]; strides: readonly number[]; pads: readonly number[] };

const walkOf = ({ kernel, strides, pads }: Pool): Walk => ({
  strides,
  pads,
  dilations: kernel.map(() => 1),
  groups: 1,
});

export const maxPool = defineOp({
  name: "max_pool",
  summary:
    "The largest entry under a window that walks over all axes after the second, and its place in the flat tensor.",
  inputs: ["x"],
  outputs: ["y", "places"],
  constraints: {
    C1: "an x of [n, c, ..] and a window entry for each further axis",
    C2: "a window that fits into the padded x",
  },
  infer({ x }, attributes: Pool, require) {
    require("C1", x.shape.length === attributes.kernel.length + 2);
    const sizes = walkedSizes(x, attributes.kernel, walkOf(attributes));
    require("C2", sizes !== undefined);
    const shape = [...x.shape.slice(0, 2), ...(sizes ?? [])];
    return { y: { dtype: x.dtype, shape }, places: { dtype: "int64", shape } };
  },
  gradient: (g, { inputs: { x }, outputs: { places }, d }) => ({
    x: d.y && v.at(g.apply("max_pool_gradient", [d.y, places], { shape: x.type.shape }), 0),
  }),
  onnx(w, { x }, { kernel, strides, pads }) {
    const [y = "", places = ""] = w.nodes("MaxPool", [x.name], 2, { kernel_shape: kernel, strides, pads });
    return { y, places };
  },
  flops: (_, { y }, { kernel }) => perEntry(y, productOf(kernel)),
  samples: [
    sample([float([2, 3, 6, 6], "distinct")], { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] }),
    sample([float([1, 2, 7, 7], "distinct")], { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
  ],
  rejects: {
    C1: sample([float([2, 3, 6])], { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] }),
    C2: sample([float([2, 3, 2])], { kernel: [3], strides: [1], pads: [0, 0] }),
  },
});
