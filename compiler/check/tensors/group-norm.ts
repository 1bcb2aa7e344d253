import { productOf } from "../../ir/dim.ts";
import * as v from "../../ops/vocabulary.ts";
import type { TensorFunctions } from "../tensor-function.ts";
import { axis, float, int, may, must } from "../type.ts";
import { countOf, labelOf, numberOf } from "./arguments.ts";
import { constrained, lastAxis, plain, wireAxis } from "./axes.ts";
import { fixed, one, zero } from "./layer-sizes.ts";

/** Normalisation that knows nothing of the batch, so that it is the same in training and evaluation. */
export const groupNorm: TensorFunctions = {
  group_norm: {
    doc: "Mean 0 and deviation 1 over each of `groups` parts of an axis and all axes behind it, then a learned scale and shift of each place (arXiv 1803.08494).",
    inputs: ["x"],
    params: { groups: must(int), axis: may(axis, "the last axis"), eps: may(float, "1e-5") },
    apply(use, [x], args) {
      if (x === undefined) return { kind: "poison" };
      const name = labelOf(args, "axis") ?? lastAxis(use, x);
      const size = fixed(use, x, name);
      const groups = countOf(use, args, "groups", 1);
      if (size % groups !== 0) {
        const reason = `${groups} groups do not divide the ${size} places of \`${plain(name)}\``;
        return use.refuse("op-refuses", { callee: "`group_norm`", reason });
      }
      const { g } = use;
      const { shape } = x.wire.type;
      const i = wireAxis(use, x, name);
      const entries = productOf([size / groups, ...shape.slice(i + 1)]);
      const parts = v.reshape(g, x.wire, [...shape.slice(0, i), groups, entries]);
      const ones = v.broadcast(g, g.scalar(1), [entries]);
      const zeros = v.broadcast(g, g.scalar(0), [entries]);
      const normal = constrained(use, () => v.layerNorm(g, parts, ones, zeros, numberOf(args, "eps", 1e-5)));
      const across = [size, ...shape.slice(i + 1).map(() => 1)];
      const weight = v.reshape(g, use.parameter("weight", [size], one), across);
      const bias = v.reshape(g, use.parameter("bias", [size], zero), across);
      return { ...x, wire: v.add(g, v.multiply(g, v.reshape(g, normal, shape), weight), bias) };
    },
  },
};
