import { type Dim, sameShape } from "../ir/dim.ts";
import type { TensorType } from "../ir/graph.ts";
import { sumToShape } from "./broadcasting.ts";
import { defineOp } from "./define-op.ts";
import { perEntry } from "./flops.ts";
import { float, sample } from "./sample.ts";
import { call, option, tuple } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

const eps = { eps: 1e-5 };

export const layerNorm = defineOp({
  name: "layer_norm",
  summary:
    "x brought to mean 0 and variance 1 over the last axis, then scaled and shifted; also the mean and the inverse deviation.",
  inputs: ["x", "weight", "bias"],
  outputs: ["y", "mean", "inverse"],
  constraints: { C1: "an x of at least one axis", C2: "a weight and a bias of the size of the last axis" },
  infer({ x, weight, bias }, _: { eps: number }, require) {
    require("C1", x.shape.length >= 1);
    const last = x.shape.slice(-1);
    require("C2", sameShape(weight.shape, last) && sameShape(bias.shape, last));
    const one: Dim[] = [...x.shape.slice(0, -1), 1];
    const statistic: TensorType = { dtype: x.dtype, shape: one };
    return { y: x, mean: statistic, inverse: statistic };
  },
  // With n = (x - mean) inverse and dn = dy weight: dx = inverse (dn - mean(dn) - n mean(dn n)).
  // The mean and the inverse are read by this rule alone, so they carry no cotangent of their own.
  gradient(g, { inputs: { x, weight, bias }, outputs: { mean, inverse }, d }) {
    if (d.y === undefined) return { x: undefined, weight: undefined, bias: undefined };
    const last = x.type.shape.length - 1;
    const n = v.multiply(g, v.subtract(g, x, mean), inverse);
    const dn = v.multiply(g, d.y, weight);
    const along = v.multiply(g, n, v.reduceMean(g, v.multiply(g, dn, n), [last], true));
    const centred = v.subtract(g, v.subtract(g, dn, v.reduceMean(g, dn, [last], true)), along);
    return {
      x: v.multiply(g, inverse, centred),
      weight: sumToShape(g, v.multiply(g, d.y, n), weight.type.shape),
      bias: sumToShape(g, d.y, bias.type.shape),
    };
  },
  onnx(w, { x, weight, bias }, { eps: epsilon }) {
    const [y = "", mean = "", inverse = ""] = w.nodes("LayerNormalization", [x.name, weight.name, bias.name], 3, {
      axis: -1,
      epsilon: { float: epsilon },
    });
    return { y, mean, inverse };
  },
  tfjs(k, { x, weight, bias }, { eps: epsilon }) {
    const along = { axis: [x.shape.length - 1], keepDims: true };
    const mean = k.kernel("Mean", { x }, along);
    const away = k.kernel("Sub", { a: x, b: mean });
    const variance = k.kernel("Mean", { x: k.kernel("Multiply", { a: away, b: away }) }, along);
    const inverse = k.kernel("Rsqrt", { x: k.kernel("Add", { a: variance, b: k.scalar(epsilon) }) });
    const scaled = k.kernel("Multiply", { a: k.kernel("Multiply", { a: away, b: inverse }), b: weight });
    return { y: k.kernel("Add", { a: scaled, b: bias }), mean, inverse };
  },
  // The mean (1), the variance (3), both applied (2), scale and shift (2).
  flops: ({ x }) => perEntry(x, 8),
  torch: (w, { x, weight, bias }, { eps: least }) =>
    call("F.layer_norm", x, tuple([w.size(x.type.shape.at(-1) ?? 1)]), weight, bias, option("eps", least, 1e-5)),
  samples: [
    sample([float([2, 5]), float([5]), float([5])], eps),
    sample([float([2, 3, 4]), float([4]), float([4])], eps),
  ],
  rejects: {
    C1: sample([float([]), float([1]), float([1])], eps),
    C2: sample([float([2, 3]), float([2]), float([3])], eps),
  },
});
