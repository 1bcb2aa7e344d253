import { multiplyDims } from "../ir/dim.ts";
import type { TensorType, Value } from "../ir/graph.ts";
import { defineOp } from "./define-op.ts";
import { oneLessSquare, slopeOfSigmoid } from "./lstm-gradient.ts";
import { cutSteps, type Direction, recurrentFlops, stepOrder, stepsOf, timeMajor } from "./recurrence.ts";
import { float, sample } from "./sample.ts";
import * as v from "./vocabulary.ts";

const saved = [float([10, 6]), float([10, 3]), float([10, 3]), float([10, 3]), float([9, 3])];

/**
 * Every part is dh times a factor that all steps have at once. With h' the state before, q = R h' + d of the new gate:
 *   dn = dh (1 - u)(1 - n²), dr = dn q r(1 - r), du = dh (h' - n) u(1 - u), dq = dn r,
 *   dh' = (dr, du, dq) R + dh u
 */
export const gruGradient = defineOp({
  name: "gru_gradient",
  summary: "What gated recurrent units send back to the sums of their inputs and of their states, for every step.",
  inputs: ["dy", "resetUpdate", "candidate", "recalled", "before", "weightHidden"],
  outputs: ["dInput", "dHidden"],
  constraints: { C1: "a dy of [batch, time, hidden]" },
  infer({ dy }, _: Direction, require) {
    require("C1", dy.shape.length === 3);
    const [batch = 1, time = 1, hidden = 1] = dy.shape;
    const sums: TensorType = { dtype: dy.dtype, shape: [multiplyDims(time, batch), multiplyDims(hidden, 3)] };
    return { dInput: sums, dHidden: sums };
  },
  // Stands in gradients only, which are not differentiated again.
  gradient: undefined,
  expand(g, { dy, resetUpdate, candidate, recalled, before, weightHidden }, { reverse }) {
    const [batch = 1, time = 1, hidden = 1] = dy.type.shape;
    const steps = stepsOf(time);
    const [reset, update] = v.splitTwo(g, resetUpdate, 1, [hidden, hidden]);
    const toNew = v.multiply(g, v.subtract(g, g.scalar(1), update), oneLessSquare(g, candidate));
    const toReset = v.multiply(g, v.multiply(g, toNew, recalled), slopeOfSigmoid(g, reset));
    const toUpdate = v.multiply(g, v.subtract(g, before, candidate), slopeOfSigmoid(g, update));
    const toRecalled = v.multiply(g, toNew, reset);
    const cut = (x: Value) => cutSteps(g, x, batch, steps);
    const each = {
      dy: cut(timeMajor(g, dy)),
      update: cut(update),
      reset: cut(toReset),
      gate: cut(toUpdate),
      recalled: cut(toRecalled),
    };
    const states: Value[] = [];
    const sums: Value[] = [];
    let later: { readonly sums: Value; readonly carried: Value } | undefined;
    for (const t of stepOrder(steps, !reverse)) {
      const own = v.at(each.dy, t);
      const dh: Value =
        later === undefined ? own : v.gemm(g, later.sums, weightHidden, { c: v.add(g, own, later.carried) });
      const parts = [each.reset, each.gate, each.recalled].map((factors) => v.multiply(g, dh, v.at(factors, t)));
      later = { sums: v.concat(g, parts, 1), carried: v.multiply(g, dh, v.at(each.update, t)) };
      states[t] = dh;
      sums[t] = later.sums;
    }
    const dHidden = v.concat(g, sums, 0);
    const gates = v.slice(g, dHidden, 1, 0, multiplyDims(hidden, 2));
    return { dInput: v.concat(g, [gates, v.multiply(g, v.concat(g, states, 0), toNew)], 1), dHidden };
  },
  flops: ({ dy, weightHidden }) => recurrentFlops(dy, { weight: weightHidden, gates: 3, into: 0, others: 20 }),
  samples: [sample([float([2, 5, 3]), ...saved], { reverse: false })],
  rejects: { C1: sample([float([2, 3]), ...saved], { reverse: false }) },
});
