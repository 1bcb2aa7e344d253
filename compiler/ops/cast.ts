import type { DType } from "../ir/graph.ts";
import { defineOp } from "./define-op.ts";
import { movesOnly } from "./flops.ts";
import { onnxDataType, onWebgpu } from "./onnx-writer.ts";
import { float, integers, sample } from "./sample.ts";
import { heldAs, numberOf } from "./tfjs-kit.ts";
import { method, torchTypes } from "./torch-text.ts";

export const cast = defineOp({
  name: "cast",
  summary: "The same numbers in another element type; bool becomes 0 and 1.",
  inputs: ["x"],
  outputs: ["y"],
  constraints: { C1: "another element type than it has" },
  infer({ x }, { to }: { to: DType }, require) {
    require("C1", x.dtype !== to);
    return { y: { dtype: to, shape: x.shape } };
  },
  // Casts stand where truth values and indices become numbers, never on a path that is trained.
  gradient: undefined,
  onnx: (w, { x }, { to }) => ({ y: w.node("Cast", [x.name], { to: onnxDataType[to] }) }),
  webgpu: (w, { x }, { to }) => ({ y: w.node("Cast", [x.name], { to: onnxDataType[onWebgpu(to)] }) }),
  tfjs(k, { x }, { to }, node) {
    const from = heldAs[node.inputs[0]?.type.dtype ?? to];
    if (heldAs[to] === from) return { y: x };
    if (to !== "bool") return { y: k.kernel("Cast", { x }, { dtype: heldAs[to] }) };
    return {
      y: k.kernel("NotEqual", { a: x, b: from === "float32" ? k.scalar(0) : k.constant("int32", [], numberOf(0)) }),
    };
  },
  flops: movesOnly,
  torch: (_w, { x }, { to }) => method(x, "to", torchTypes[to]),
  samples: [
    sample([integers([2, 3], 5)], { to: "float32" }),
    sample([{ dtype: "bool", shape: [4], domain: "zero or one" }], { to: "float32" }),
  ],
  rejects: { C1: sample([float([2])], { to: "float32" }) },
});
