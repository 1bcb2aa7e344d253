import type { GraphBuilder } from "../../ir/builder.ts";
import type { Value } from "../../ir/graph.ts";
import * as v from "../../ops/vocabulary.ts";
import type { LossRule } from "./index.ts";
import { weightedMean } from "./masked.ts";

const error = (measure: (g: GraphBuilder, difference: Value) => Value): LossRule => ({
  takes: ["scalar"],
  ofTensors: measure,
  compare: (g, _, a, b) => measure(g, v.subtract(g, a.output, b.output)),
  build: (g, { output, label, mask }) => weightedMean(g, measure(g, v.subtract(g, output, label)), mask),
});

/** Mean of (x − y)² over valid entries. */
export const squaredError = error(v.square);

/** Mean of |x − y| over valid entries. */
export const absoluteError = error(v.absolute);
