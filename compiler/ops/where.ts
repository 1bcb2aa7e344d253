import { broadcastShapes, sumToShape } from "./broadcasting.ts";
import { defineOp, noGradient } from "./define-op.ts";
import { keptLayout } from "./kept-layout.ts";
import { float, type SampleInput, sample } from "./sample.ts";
import { outputSizes } from "./tfjs-kit.ts";
import { call } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

const flags = (shape: readonly number[]): SampleInput => ({ dtype: "bool", shape, domain: "zero or one" });

export const where = defineOp({
  name: "where",
  summary: "`whenTrue` where the condition holds, else `whenFalse`.",
  inputs: ["condition", "whenTrue", "whenFalse"],
  outputs: ["y"],
  constraints: {
    C1: "a condition of truth values",
    C2: "two results of the same element type",
    C3: "shapes that match from the right, sizes equal or 1",
  },
  infer({ condition, whenTrue, whenFalse }, _, require) {
    require("C1", condition.dtype === "bool");
    require("C2", whenTrue.dtype === whenFalse.dtype);
    const results = broadcastShapes(whenTrue.shape, whenFalse.shape);
    const shape = results && broadcastShapes(condition.shape, results);
    require("C3", shape !== undefined);
    return { y: { dtype: whenTrue.dtype, shape: shape ?? [] } };
  },
  gradient(g, { inputs: { condition, whenTrue, whenFalse }, d }) {
    if (d.y === undefined) return { condition: noGradient, whenTrue: undefined, whenFalse: undefined };
    const zero = g.scalar(0);
    return {
      condition: noGradient,
      whenTrue: sumToShape(g, v.where(g, condition, d.y, zero), whenTrue.type.shape),
      whenFalse: sumToShape(g, v.where(g, condition, zero, d.y), whenFalse.type.shape),
    };
  },
  onnx: (w, { condition, whenTrue, whenFalse }) => ({
    y: w.node("Where", [condition.name, whenTrue.name, whenFalse.name]),
  }),
  webgpu: (w, { condition, whenTrue, whenFalse }, _, node) => ({
    y: keptLayout(w, "Where", [condition, whenTrue, whenFalse], node.outputs[0]?.type.shape ?? []),
  }),
  tfjs: (k, { condition, whenTrue, whenFalse }, _, node) => ({
    y: k.select(condition, whenTrue, whenFalse, outputSizes(node)),
  }),
  torch: (_w, { condition, whenTrue, whenFalse }) => call("torch.where", condition, whenTrue, whenFalse),
  samples: [sample([flags([2, 3]), float([2, 3]), float([2, 3])]), sample([flags([2, 1]), float([3]), float([])])],
  rejects: {
    C1: sample([float([2]), float([2]), float([2])]),
    C2: sample([flags([2]), float([2]), flags([2])]),
    C3: sample([flags([2]), float([3]), float([2])]),
  },
});
