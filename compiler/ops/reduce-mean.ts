import type { GraphBuilder } from "../ir/builder.ts";
import { divideDims, productOf } from "../ir/dim.ts";
import type { Value } from "../ir/graph.ts";
import { defineReduction } from "./reduction.ts";
import * as v from "./vocabulary.ts";

export const reduceMean = defineReduction({
  name: "reduce_mean",
  summary: "The mean over some axes.",
  onnx: "ReduceMean",
  tfjs: "Mean",
  torch: "mean",
  axesInputSince: 18,
  gradient: (g, x, y, dy) => v.broadcast(g, overCount(g, x, y, dy), x.type.shape),
});

/** dy divided by how many entries of x there are for each of y. */
function overCount(g: GraphBuilder, x: Value, y: Value, dy: Value): Value {
  const count = divideDims(productOf(x.type.shape), productOf(y.type.shape));
  if (typeof count === "number") return v.scale(g, dy, 1 / count);
  // A symbolic count is itself a sum of ones.
  const axes = x.type.shape.flatMap((_, i) => (y.type.shape[i] === 1 ? [i] : []));
  return v.divide(g, dy, v.reduceSum(g, v.broadcast(g, g.scalar(1), x.type.shape), axes, true));
}
