import type { GraphBuilder } from "../../ir/builder.ts";
import type { Value } from "../../ir/graph.ts";
import * as v from "../../ops/vocabulary.ts";
import type { TensorFunction, TensorFunctions } from "../tensor-function.ts";
import { float, may, must, orNone } from "../type.ts";
import { numberOf, optionalNumber } from "./arguments.ts";
import { constrained } from "./axes.ts";
import { entrywise } from "./combine.ts";

const each = (rule: (g: GraphBuilder, x: Value) => Value): TensorFunction => ({
  inputs: ["x"],
  params: {},
  apply: (use, [x]) =>
    x === undefined ? { kind: "poison" } : { ...x, wire: constrained(use, () => rule(use.g, x.wire)) },
});

/** x Φ-like gate: x times min(max(x + 3, 0), 6) / 6 (https://arxiv.org/abs/1905.02244, section 5.2). */
function hardSwish(g: GraphBuilder, x: Value): Value {
  const gate = v.minimum(g, v.maximum(g, v.shift(g, x, 3), g.scalar(0)), g.scalar(6));
  return v.multiply(g, x, v.scale(g, gate, 1 / 6));
}

/** Functions of each entry alone, and what changes only how gradients flow. */
export const entrywiseFunctions: TensorFunctions = {
  exp: each(v.exp),
  log: each(v.log),
  sqrt: each(v.squareRoot),
  abs: each(v.absolute),
  relu: each(v.relu),
  gelu: each(v.gelu),
  silu: each((g, x) => v.multiply(g, x, v.sigmoid(g, x))),
  sigmoid: each(v.sigmoid),
  tanh: each(v.tanh),
  softplus: each(v.softplus),
  hard_swish: each(hardSwish),
  stop: each(v.stopGradient),
  leaky_relu: {
    inputs: ["x"],
    params: { slope: may(float) },
    apply: (use, [x], args) =>
      x === undefined ? { kind: "poison" } : { ...x, wire: v.leakyRelu(use.g, x.wire, numberOf(args, "slope", 0.01)) },
  },
  clamp: {
    inputs: ["x"],
    params: { low: may(orNone(float)), high: may(orNone(float)) },
    apply(use, [x], args) {
      if (x === undefined) return { kind: "poison" };
      const low = optionalNumber(args, "low");
      const high = optionalNumber(args, "high");
      let { wire } = x;
      if (low !== undefined) wire = v.maximum(use.g, wire, use.g.scalar(low));
      if (high !== undefined) wire = v.minimum(use.g, wire, use.g.scalar(high));
      return { ...x, wire };
    },
  },
  reverse: {
    inputs: ["x"],
    params: { scale: must(float) },
    apply: (use, [x], args) =>
      x === undefined
        ? { kind: "poison" }
        : { ...x, wire: v.at(use.g.apply("reverse_gradient", [x.wire], { scale: numberOf(args, "scale", 1) }), 0) },
  },
  training: {
    inputs: ["a", "b"],
    params: {},
    apply(use, [a, b]) {
      if (a === undefined || b === undefined) return { kind: "poison" };
      return entrywise(use, a, b, (x, y) =>
        constrained(use, () => v.at(use.g.apply("training_or_evaluation", [x, y]), 0)),
      );
    },
  },
};
