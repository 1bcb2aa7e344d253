import type { Dim } from "../ir/dim.ts";
import { defineOp } from "./define-op.ts";
import { movesOnly } from "./flops.ts";
import { onnxDataType } from "./onnx-writer.ts";
import { float, integers, sample } from "./sample.ts";
import { multiples } from "./tfjs-kit.ts";
import { call, method } from "./torch-text.ts";

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
  // There is no kernel for OneHot.
  webgpu(w, { indices }, { depth: [depth = 1] }) {
    const classes = w.constant(
      "int32",
      [Number(depth)],
      Int32Array.from({ length: Number(depth) }, (_, i) => i),
    );
    const column = w.reshape(indices.name, indices.type.shape, [...indices.type.shape, 1]);
    return { y: w.node("Cast", [w.node("Equal", [column, classes])], { to: onnxDataType.float32 }) };
  },
  // The WebAssembly backend's own one-hot is of whole numbers alone.
  tfjs(k, { indices }, { depth: [depth = 1] }) {
    const places = k.constant("int32", [Number(depth)], multiples(Number(depth), 1));
    const hit = k.kernel("Equal", { a: k.reshape(indices, [...indices.shape, 1]), b: places });
    return { y: k.kernel("Cast", { x: hit }, { dtype: "float32" }) };
  },
  flops: movesOnly,
  torch: (w, { indices }, { depth: [depth = 1] }) => method(call("F.one_hot", indices, w.size(depth)), "float"),
  samples: [sample([integers([2, 3], 4)], { depth: [4] })],
  rejects: { C1: sample([float([2])], { depth: [4] }) },
});
