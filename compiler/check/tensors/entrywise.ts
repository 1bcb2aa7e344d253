import type { GraphBuilder } from "../../ir/builder.ts";
import type { Value } from "../../ir/graph.ts";
import * as v from "../../ops/vocabulary.ts";
import type { TensorFunction, TensorFunctions } from "../tensor-function.ts";
import { float, may, must, orNone, schedule } from "../type.ts";
import { numberOf, optionalNumber } from "./arguments.ts";
import { constrained } from "./axes.ts";
import { entrywise } from "./combine.ts";

const each = (doc: string, rule: (g: GraphBuilder, x: Value) => Value): TensorFunction => ({
  doc,
  inputs: ["x"],
  params: {},
  apply: (use, [x]) =>
    x === undefined ? { kind: "poison" } : { ...x, wire: constrained(use, () => rule(use.g, x.wire)) },
});

/** min(max(x + 3, 0), 6) / 6 (https://arxiv.org/abs/1905.02244, section 5.2). */
function hardSigmoid(g: GraphBuilder, x: Value): Value {
  return v.scale(g, v.minimum(g, v.maximum(g, v.shift(g, x, 3), g.scalar(0)), g.scalar(6)), 1 / 6);
}

/** Functions of each entry alone, and what changes only how gradients flow. */
export const entrywiseFunctions: TensorFunctions = {
  exp: each("e to the power of each entry.", v.exp),
  log: each("The natural logarithm of each entry.", v.log),
  sqrt: each("The square root of each entry.", v.squareRoot),
  abs: each("The absolute value of each entry.", v.absolute),
  relu: each("max(x, 0) of each entry.", v.relu),
  gelu: each("x Φ(x) of each entry, Φ the normal distribution (arXiv 1606.08415).", v.gelu),
  silu: each("x sigmoid(x) of each entry.", (g, x) => v.multiply(g, x, v.sigmoid(g, x))),
  sigmoid: each("1 / (1 + e^−x) of each entry: units' numbers into probabilities.", v.sigmoid),
  tanh: each("The hyperbolic tangent of each entry, from −1 to 1.", v.tanh),
  softplus: each("log(1 + e^x) of each entry.", v.softplus),
  hard_sigmoid: each("min(max(x + 3, 0), 6) / 6 of each entry (arXiv 1905.02244).", hardSigmoid),
  hard_swish: each("x min(max(x + 3, 0), 6) / 6 of each entry (arXiv 1905.02244).", (g, x) =>
    v.multiply(g, x, hardSigmoid(g, x)),
  ),
  stop: each("The same numbers, through which no gradient flows back.", v.stopGradient),
  leaky_relu: {
    doc: "x where it is positive, else slope times x.",
    inputs: ["x"],
    params: { slope: may(float, "0.01") },
    apply: (use, [x], args) =>
      x === undefined ? { kind: "poison" } : { ...x, wire: v.leakyRelu(use.g, x.wire, numberOf(args, "slope", 0.01)) },
  },
  clamp: {
    doc: "Each entry held within `low` and `high`.",
    inputs: ["x"],
    params: { low: may(orNone(float), "none"), high: may(orNone(float), "none") },
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
    doc: "The same numbers; gradients flow back with the other sign, times `scale` (arXiv 1505.07818).",
    inputs: ["x"],
    params: { scale: must(schedule) },
    apply(use, [x], args) {
      if (x === undefined) return { kind: "poison" };
      const given = args.get("scale") ?? { kind: "none" };
      const { g } = use;
      const reversed = (scale: number) => v.at(g.apply("reverse_gradient", [x.wire], { scale }), 0);
      if (given.kind !== "number") {
        // x + (x − x) s is x; the gradient flows through the second x alone, reversed and times s.
        const still = v.stopGradient(g, x.wire);
        const away = v.multiply(g, v.subtract(g, reversed(1), still), use.scheduled(given));
        return { ...x, wire: v.at(g.apply("training_or_evaluation", [v.add(g, still, away), x.wire]), 0) };
      }
      if (given.value < 0)
        use.refuse("out-of-range", { what: "`scale` of `reverse`", expected: "at least 0", actual: given.value });
      return { ...x, wire: reversed(given.value) };
    },
  },
  training: {
    doc: "`a` while training, `b` in evaluation; of one shape.",
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
