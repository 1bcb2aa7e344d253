import type { Dim } from "../ir/dim.ts";
import { defineOp } from "./define-op.ts";
import { movesOnly } from "./flops.ts";
import { float, integers, sample } from "./sample.ts";

export const oneHot = defineOp({
  name: "one_hot",
  summary: "A new last axis of a given depth, 1 at the index and 0 elsewhere.",
  inputs: ["indices"],
  outputs: ["y"],
  constraints: { C1: "indices of whole numbers" },
  infer({ indices }, { depth: [depth = 1] }: { depth: readonly Dim[] }, require) {
    require("C1", indices.dtype === "int64");
    return { y: { dtype: "float32", shape: [...indices.shape, depth] } };
  },
  gradient: undefined,
  onnx: (w, { indices }, { depth }) => ({
    y: w.node("OneHot", [indices.name, w.sizes(depth), w.constant("float32", [2], Float32Array.of(0, 1))], {
      axis: -1,
    }),
  }),
  tfjs: (k, { indices }, { depth: [depth = 1] }) => ({
    y: k.kernel("OneHot", { indices }, { dtype: "float32", depth: Number(depth), onValue: 1, offValue: 0 }),
  }),
  flops: movesOnly,
  samples: [sample([integers([2, 3], 4)], { depth: [4] })],
  rejects: { C1: sample([float([2])], { depth: [4] }) },
});
