import type { TensorType } from "../ir/graph.ts";
import { defineOp } from "./define-op.ts";
import { entriesOf } from "./flops.ts";
import { float, integers, sample } from "./sample.ts";
import { call, named } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

export const topK = defineOp({
  name: "top_k",
  summary: "The k largest entries of the last axis, largest first, and their indices.",
  inputs: ["x"],
  outputs: ["values", "indices"],
  constraints: { C1: "floating-point numbers", C2: "a k between 1 and the size of the last axis" },
  infer({ x }, { k }: { k: number }, require) {
    require("C1", x.dtype === "float32");
    const size = x.shape.at(-1);
    require("C2", size !== undefined && k >= 1 && (typeof size !== "number" || k <= size));
    const shape = [...x.shape.slice(0, -1), k];
    const indices: TensorType = { dtype: "int64", shape };
    return { values: { dtype: x.dtype, shape }, indices };
  },
  gradient(g, { inputs: { x }, outputs: { indices }, d }) {
    if (d.values === undefined) return { x: undefined };
    const column = v.reshape(g, d.values, [...d.values.type.shape, 1]);
    return { x: v.reshape(g, v.scatterRows(g, column, indices, x.type.shape.at(-1) ?? 1), x.type.shape) };
  },
  onnx(w, { x }, { k }) {
    const [values = "", indices = ""] = w.nodes("TopK", [x.name, w.integers([k])], 2, { axis: -1 });
    return { values, indices };
  },
  // The node's indices are int64 whatever the provider: a table of the places makes them int32.
  webgpu(w, { x }, { k }) {
    const [values = "", indices = ""] = w.nodes("TopK", [x.name, w.integers([k])], 2, { axis: -1 });
    const size = Number(x.type.shape.at(-1));
    const places = w.constant(
      "int32",
      [size],
      Int32Array.from({ length: size }, (_, i) => i),
    );
    return { values, indices: w.node("Gather", [places, indices]) };
  },
  tfjs(k, { x }, { k: count }) {
    const [values, indices] = k.pair("TopK", { x }, { k: count, sorted: true });
    return { values, indices };
  },
  flops: ({ x }) => entriesOf(x),
  torch: (_w, { x }, { k }) => call("torch.topk", x, String(k), named("dim", -1)),
  samples: [sample([float([2, 5], "distinct")], { k: 2 })],
  rejects: { C1: sample([integers([3], 3)], { k: 1 }), C2: sample([float([3])], { k: 4 }) },
});
