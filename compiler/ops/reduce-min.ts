import { defineReduction } from "./reduction.ts";
import * as v from "./vocabulary.ts";

export const reduceMin = defineReduction({
  name: "reduce_min",
  summary: "The smallest entry over some axes; entries that tie share the gradient.",
  onnx: "ReduceMin",
  tfjs: "Min",
  torch: "amin",
  axesInputSince: 18,
  gradient(g, x, y, dy) {
    const chosen = v.cast(g, v.equal(g, x, y), "float32");
    const axes = x.type.shape.flatMap((dim, i) => (y.type.shape[i] === 1 && dim !== 1 ? [i] : []));
    return v.multiply(g, chosen, v.divide(g, dy, v.reduceSum(g, chosen, axes, true)));
  },
  domain: "distinct",
});
