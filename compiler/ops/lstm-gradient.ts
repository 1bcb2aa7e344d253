import type { GraphBuilder } from "../ir/builder.ts";
import { multiplyDims } from "../ir/dim.ts";
import type { Value } from "../ir/graph.ts";
import { defineOp } from "./define-op.ts";
import { cutSteps, type Direction, recurrentFlops, shiftSteps, stepOrder, stepsOf, timeMajor } from "./recurrence.ts";
import { float, sample } from "./sample.ts";
import * as v from "./vocabulary.ts";

const saved = [float([10, 6]), float([10, 3]), float([10, 3]), float([10, 3]), float([10, 3]), float([12, 3])];

/**
 * Steps are taken backwards. With dh and dc arriving at a step:
 *   dc += dh o (1 - tanh²c), dz = (dc g i(1-i), dc c' f(1-f), dc i (1-g²), dh tanh(c) o(1-o)), dc' = dc f, dh' = dz R
 * All factors that do not depend on dh or dc are computed for every step at once.
 */
export const lstmGradient = defineOp({
  name: "lstm_gradient",
  summary: "What an LSTM sends back to the sums before its gates, for every step: [time × batch, 4 hidden].",
  inputs: ["dy", "inputForget", "candidate", "output", "cell", "cellTanh", "weightHidden"],
  outputs: ["dz"],
  constraints: { C1: "a dy of [batch, time, hidden]" },
  infer({ dy }, _: Direction, require) {
    require("C1", dy.shape.length === 3);
    const [batch = 1, time = 1, hidden = 1] = dy.shape;
    return { dz: { dtype: dy.dtype, shape: [multiplyDims(time, batch), multiplyDims(hidden, 4)] } };
  },
  // Stands in gradients only, which are not differentiated again.
  gradient: undefined,
  expand(g, { dy, inputForget, candidate, output, cell, cellTanh, weightHidden }, { reverse }) {
    const [batch = 1, time = 1, hidden = 1] = dy.type.shape;
    const steps = stepsOf(time);
    const [input, forget] = v.splitTwo(g, inputForget, 1, [hidden, hidden]);
    const before = shiftSteps(g, cell, batch, steps, reverse);
    const cut = (x: Value) => cutSteps(g, x, batch, steps);
    const each = {
      dy: cut(timeMajor(g, dy)),
      forget: cut(forget),
      cell: cut(v.multiply(g, output, oneLessSquare(g, cellTanh))),
      output: cut(v.multiply(g, cellTanh, slopeOfSigmoid(g, output))),
      input: cut(v.multiply(g, candidate, slopeOfSigmoid(g, input))),
      remember: cut(v.multiply(g, before, slopeOfSigmoid(g, forget))),
      candidate: cut(v.multiply(g, input, oneLessSquare(g, candidate))),
    };
    const dz: Value[] = [];
    let later: { readonly dz: Value; readonly dc: Value } | undefined;
    for (const t of stepOrder(steps, !reverse)) {
      const dh = later === undefined ? v.at(each.dy, t) : v.gemm(g, later.dz, weightHidden, { c: v.at(each.dy, t) });
      const own = v.multiply(g, dh, v.at(each.cell, t));
      const dc: Value = later === undefined ? own : v.add(g, later.dc, own);
      const sums = v.concat(
        g,
        [
          v.multiply(g, dc, v.at(each.input, t)),
          v.multiply(g, dc, v.at(each.remember, t)),
          v.multiply(g, dc, v.at(each.candidate, t)),
          v.multiply(g, dh, v.at(each.output, t)),
        ],
        1,
      );
      later = { dz: sums, dc: v.multiply(g, dc, v.at(each.forget, t)) };
      dz[t] = sums;
    }
    return { dz: v.concat(g, dz, 0) };
  },
  flops: ({ dy, weightHidden }) => recurrentFlops(dy, { weight: weightHidden, gates: 4, into: 0, others: 23 }),
  samples: [sample([float([2, 5, 3]), ...saved], { reverse: false })],
  rejects: { C1: sample([float([2, 3]), ...saved], { reverse: false }) },
});

/** 1 - x². */
export function oneLessSquare(g: GraphBuilder, x: Value): Value {
  return v.subtract(g, g.scalar(1), v.square(g, x));
}

/** The slope of the sigmoid where its value is y: y (1 - y). */
export function slopeOfSigmoid(g: GraphBuilder, y: Value): Value {
  return v.subtract(g, y, v.square(g, y));
}
