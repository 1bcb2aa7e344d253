import { defineOp } from "./define-op.ts";
import { float, integers, sample } from "./sample.ts";
import { call, pythonNumber } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

export const leakyRelu = defineOp({
  name: "leaky_relu",
  summary: "x where it is positive, else slope x.",
  inputs: ["x"],
  outputs: ["y"],
  constraints: { C1: "floating-point numbers" },
  infer({ x }, _: { slope: number }, require) {
    require("C1", x.dtype === "float32");
    return { y: x };
  },
  gradient: (g, { inputs: { x }, d, attributes: { slope } }) => ({
    x: d.y && v.where(g, v.greater(g, x, g.scalar(0)), d.y, v.scale(g, d.y, slope)),
  }),
  onnx: (w, { x }, { slope }) => ({ y: w.node("LeakyRelu", [x.name], { alpha: { float: slope } }) }),
  tfjs: (k, { x }, { slope }) => ({ y: k.kernel("LeakyRelu", { x }, { alpha: slope }) }),
  torch: (_w, { x }, { slope }) => call("F.leaky_relu", x, pythonNumber(slope)),
  samples: [sample([float([2, 3], "away from zero")], { slope: 0.1 })],
  rejects: { C1: sample([integers([2], 3)], { slope: 0.1 }) },
});
