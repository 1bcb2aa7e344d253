import { type Dim, sameShape } from "../ir/dim.ts";
import { defineOp, noGradient } from "./define-op.ts";
import { entriesOf } from "./flops.ts";
import { float, integers, sample } from "./sample.ts";
import { flatIndices, outputSizes, sizeOf } from "./tfjs-kit.ts";
import { call } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

export const scatterRows = defineOp({
  name: "scatter_rows",
  summary: "Rows x [.., k, d] added into zeros [.., n, d] at indices [.., k]; rows that meet add up.",
  inputs: ["x", "indices"],
  outputs: ["y"],
  constraints: { C1: "indices of whole numbers", C2: "an index for every row" },
  infer({ x, indices }, { size: [size = 1] }: { size: readonly Dim[] }, require) {
    require("C1", indices.dtype === "int64");
    require("C2", sameShape(x.shape.slice(0, -1), indices.shape));
    return { y: { dtype: x.dtype, shape: [...indices.shape.slice(0, -1), size, x.shape.at(-1) ?? 1] } };
  },
  gradient: (g, { inputs: { indices }, d }) => ({ x: d.y && v.gatherRows(g, d.y, indices), indices: noGradient }),
  onnx(w, { x, indices }, { size: [size = 1] }) {
    const last = x.type.shape.at(-1) ?? 1;
    const column = w.reshape(indices.name, indices.type.shape, [...indices.type.shape, 1]);
    const places = w.node("Expand", [column, w.sizes(x.type.shape)]);
    const zeros = w.node("Expand", [w.scalar(0), w.sizes([...indices.type.shape.slice(0, -1), size, last])]);
    return { y: w.node("ScatterElements", [zeros, places, x.name], { axis: -2, reduction: "add" }) };
  },
  tfjs(k, { x, indices }, { size: [size = 1] }, node) {
    const width = x.shape.at(-1) ?? 1;
    const count = sizeOf(indices.shape);
    const sums = k.kernel(
      "ScatterNd",
      {
        indices: k.reshape(flatIndices(k, indices, Number(size)), [count, 1]),
        updates: k.reshape(x, [count, width]),
      },
      { shape: [sizeOf(outputSizes(node)) / width, width] },
    );
    return { y: k.reshape(sums, outputSizes(node)) };
  },
  flops: ({ x }) => entriesOf(x),
  torch: (w, { x, indices }, { size: [size = 1] }) => call("scatter_rows", x, indices, w.size(size)),
  samples: [
    sample([float([2, 4, 3]), integers([2, 4], 5)], { size: [5] }),
    sample([float([2, 3]), integers([2], 5)], { size: [5] }),
  ],
  rejects: {
    C1: sample([float([2, 3]), float([2])], { size: [5] }),
    C2: sample([float([2, 3]), integers([4], 5)], { size: [5] }),
  },
});
