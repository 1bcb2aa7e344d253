import { type Dim, multiplyDims } from "../ir/dim.ts";
import type { TensorType, Value } from "../ir/graph.ts";
import { defineOp } from "./define-op.ts";
import {
  batchMajor,
  cutSteps,
  type Direction,
  recurrentFlops,
  recurrentNode,
  shiftSteps,
  stepOrder,
  stepsOf,
  timeMajor,
  weightsFit,
} from "./recurrence.ts";
import { float, sample } from "./sample.ts";
import { call, named } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

const weights = [float([9, 4]), float([9, 3]), float([9]), float([9])];

/**
 * Weights as PyTorch has them: gates reset, update, new in rows, two biases. The state before the first frame is zero.
 *   r, u = σ(W x + b + R h' + d), n = tanh(W x + b + r (R h' + d)), h = n + u (h' - n)
 * Besides h it gives what the gradient reads, all as [time × batch, ..].
 */
export const gru = defineOp({
  name: "gru",
  summary: "A layer of gated recurrent units over the second axis of x [batch, time, in].",
  inputs: ["x", "weightInput", "weightHidden", "biasInput", "biasHidden"],
  outputs: ["y", "resetUpdate", "candidate", "recalled"],
  constraints: {
    C1: "an x of [batch, time, in]",
    C2: "weights of [3 hidden, in], [3 hidden, hidden] and two biases of [3 hidden]",
  },
  infer({ x, ...rest }, _: Direction, require) {
    require("C1", x.shape.length === 3);
    require("C2", weightsFit(3, { x, ...rest }));
    const [batch = 1, time = 1] = x.shape;
    const hidden = rest.weightHidden.shape[1] ?? 1;
    const each = (width: Dim): TensorType => ({ dtype: x.dtype, shape: [multiplyDims(time, batch), width] });
    return {
      y: { dtype: x.dtype, shape: [batch, time, hidden] },
      resetUpdate: each(multiplyDims(hidden, 2)),
      candidate: each(hidden),
      recalled: each(hidden),
    };
  },
  gradient(g, { inputs, outputs, d, attributes }) {
    const { x, weightInput, weightHidden } = inputs;
    if (d.y === undefined)
      return {
        x: undefined,
        weightInput: undefined,
        weightHidden: undefined,
        biasInput: undefined,
        biasHidden: undefined,
      };
    const { resetUpdate, candidate, recalled, y } = outputs;
    const [batch = 1, time = 1] = x.type.shape;
    const before = shiftSteps(g, timeMajor(g, y), batch, stepsOf(time), attributes.reverse);
    const given = g.apply("gru_gradient", [d.y, resetUpdate, candidate, recalled, before, weightHidden], attributes);
    const dInput = v.at(given, 0);
    const dHidden = v.at(given, 1);
    return {
      x: batchMajor(g, v.gemm(g, dInput, weightInput), batch, time),
      weightInput: v.gemm(g, dInput, timeMajor(g, x), { transA: true }),
      weightHidden: v.gemm(g, dHidden, before, { transA: true }),
      biasInput: v.reduceSum(g, dInput, [0]),
      biasHidden: v.reduceSum(g, dHidden, [0]),
    };
  },
  expand(g, { x, weightInput, weightHidden, biasInput, biasHidden }, { reverse }) {
    const [batch = 1, time = 1] = x.type.shape;
    const steps = stepsOf(time);
    const hidden = weightHidden.type.shape[1] ?? 1;
    const gates: readonly [Dim, Dim] = [multiplyDims(hidden, 2), hidden];
    const z = cutSteps(g, v.linear(g, timeMajor(g, x), weightInput, biasInput), batch, steps);
    const states: Value[] = [];
    const resetUpdates: Value[] = [];
    const candidates: Value[] = [];
    const recalls: Value[] = [];
    let h: Value | undefined;
    for (const t of stepOrder(steps, reverse)) {
      const fromHidden: Value =
        h === undefined
          ? v.broadcast(g, biasHidden, [batch, multiplyDims(hidden, 3)])
          : v.gemm(g, h, weightHidden, { transB: true, c: biasHidden });
      const [inputGates, inputNew] = v.splitTwo(g, v.at(z, t), 1, gates);
      const [hiddenGates, recalled] = v.splitTwo(g, fromHidden, 1, gates);
      const resetUpdate = v.sigmoid(g, v.add(g, inputGates, hiddenGates));
      const [reset, update] = v.splitTwo(g, resetUpdate, 1, [hidden, hidden]);
      const candidate = v.tanh(g, v.add(g, inputNew, v.multiply(g, reset, recalled)));
      const back: Value = h === undefined ? v.negate(g, candidate) : v.subtract(g, h, candidate);
      h = v.add(g, candidate, v.multiply(g, update, back));
      states[t] = h;
      resetUpdates[t] = resetUpdate;
      candidates[t] = candidate;
      recalls[t] = recalled;
    }
    return {
      y: batchMajor(g, v.concat(g, states, 0), batch, time),
      resetUpdate: v.concat(g, resetUpdates, 0),
      candidate: v.concat(g, candidates, 0),
      recalled: v.concat(g, recalls, 0),
    };
  },
  // ONNX orders the gates update, reset, new.
  onnx: (w, inputs, { reverse }) => ({ y: recurrentNode(w, "GRU", inputs, [1, 0, 2], reverse) }),
  onnxOutputs: ["y"],
  // Others: two biases for each gate, their sums and functions, two for the new gate and three for h.
  flops: ({ x, weightHidden }) =>
    recurrentFlops(x, { weight: weightHidden, gates: 3, into: x.shape[2] ?? 1, others: 16 }),
  torch: (_w, { x, weightInput, weightHidden, biasInput, biasHidden }, { reverse }) =>
    call("gru", x, weightInput, weightHidden, biasInput, biasHidden, named("reverse", reverse ? "True" : "False")),
  samples: [
    sample([float([2, 5, 4]), ...weights], { reverse: false }),
    sample([float([2, 5, 4]), ...weights], { reverse: true }),
    sample([float([3, 1, 4]), ...weights], { reverse: false }),
  ],
  rejects: {
    C1: sample([float([2, 4]), ...weights], { reverse: false }),
    C2: sample([float([2, 5, 3]), ...weights], { reverse: false }),
  },
});
