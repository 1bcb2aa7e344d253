import type { GraphBuilder } from "../../ir/builder.ts";
import type { Value } from "../../ir/graph.ts";
import * as v from "../../ops/vocabulary.ts";
import type { LossRule } from "./index.ts";
import { safeQuotient } from "./masked.ts";

/**
 * 1 − CCC over all valid entries of the batch, CCC = 2 s_xy / (s_x² + s_y² + (x̄ − ȳ)²) with moments of the population
 * (equation 4 of the paper). Where nothing is valid, or nothing varies, the loss is 0 without a gradient.
 */
export const concordance: LossRule = {
  takes: ["scalar"],
  leastRows: 2,
  build(g, { output, label, mask, options }) {
    const zero = g.scalar(0);
    const count = v.sumAll(g, mask);
    const valid = v.greater(g, mask, zero);
    const of = (x: Value) => v.where(g, valid, x, zero);
    const mean = (x: Value) => safeQuotient(g, v.sumAll(g, v.multiply(g, mask, x)), count);
    const [x, y] = [of(output), of(label)];
    const [meanX, meanY] = [mean(x), mean(y)];
    const awayX = of(v.subtract(g, x, meanX));
    const awayY = of(v.subtract(g, y, meanY));
    const moment = (a: Value, b: Value) => mean(v.multiply(g, a, b));
    const bessel = options.get("unbiased") === true ? correction(g, count) : undefined;
    const spread = (a: Value, b: Value) => (bessel === undefined ? moment(a, b) : v.multiply(g, moment(a, b), bessel));
    const covariance = spread(awayX, awayY);
    const between = v.square(g, v.subtract(g, meanX, meanY));
    const denominator = v.add(g, v.add(g, spread(awayX, awayX), spread(awayY, awayY)), between);
    // A number that is none is not 0: it must be seen in the loss.
    const still = v.lessOrEqual(g, denominator, zero);
    const ccc = v.divide(g, v.scale(g, covariance, 2), v.where(g, still, g.scalar(1), denominator));
    return v.where(g, still, zero, v.subtract(g, g.scalar(1), ccc));
  },
};

/** n / (n − 1), which turns a population's moment into a sample's. */
function correction(g: GraphBuilder, count: Value): Value {
  return safeQuotient(g, count, v.shift(g, count, -1));
}
