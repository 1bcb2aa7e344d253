import { defineReduction } from "./reduction.ts";
import * as v from "./vocabulary.ts";

export const reduceSum = defineReduction({
  name: "reduce_sum",
  summary: "The sum over some axes.",
  onnx: "ReduceSum",
  tfjs: "Sum",
  torch: "sum",
  axesInputSince: 13,
  gradient: (g, x, _y, dy) => v.broadcast(g, dy, x.type.shape),
});
