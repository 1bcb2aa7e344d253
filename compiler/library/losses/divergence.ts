import type { GraphBuilder } from "../../ir/builder.ts";
import type { Value } from "../../ir/graph.ts";
import * as v from "../../ops/vocabulary.ts";
import { logOf } from "./focus.ts";
import type { LossRule, Prediction } from "./index.ts";

/** What float32 tells a probability near 1 from 1 by: nothing is known of the rest below it. */
const restKnown = 2 ** -24;

/**
 * KL(a ‖ b) = Σ a_c log(a_c / b_c) of the classes of a row, or of each unit of being there or not. Where logits are known, logarithms are
 * theirs; of probabilities alone a logarithm has a floor.
 */
export const divergence: LossRule = {
  takes: ["units", "classes"],
  compare(g, meaning, a, b) {
    if (meaning.kind === "units") {
      const [left, right] = [unitLogs(g, a), unitLogs(g, b)];
      const rest = v.subtract(g, g.scalar(1), a.output);
      return v.add(
        g,
        v.multiply(g, a.output, v.subtract(g, left.there, right.there)),
        v.multiply(g, rest, v.subtract(g, left.absent, right.absent)),
      );
    }
    const away = v.subtract(g, classLogs(g, a), classLogs(g, b));
    const each = v.multiply(g, a.output, away);
    return v.reduceSum(g, each, [each.type.shape.length - 1], true);
  },
};

function classLogs(g: GraphBuilder, { logits, output }: Prediction): Value {
  return logits === undefined ? logOf(g, output) : v.logSoftmax(g, logits, logits.type.shape.length - 1);
}

function unitLogs(g: GraphBuilder, { logits, output }: Prediction): { readonly there: Value; readonly absent: Value } {
  if (logits === undefined) {
    const rest = v.maximum(g, v.subtract(g, g.scalar(1), output), g.scalar(restKnown));
    return { there: logOf(g, output), absent: v.log(g, rest) };
  }
  return {
    there: v.negate(g, v.softplus(g, v.negate(g, logits))),
    absent: v.negate(g, v.softplus(g, logits)),
  };
}
