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

const weights = [float([12, 4]), float([12, 3]), float([12]), float([12])];

/**
 * Weights as PyTorch has them: gates input, forget, cell, output in rows, two biases. The state before the first frame is zero.
 *   i, f, o = σ(z), g = tanh(z), c = f c' + i g, h = o tanh(c), with z = W x + b + R h' + d
 * Besides h it gives what the gradient reads, all as [time × batch, ..].
 */
export const lstm = defineOp({
  name: "lstm",
  summary: "A long short-term memory layer over the second axis of x [batch, time, in].",
  inputs: ["x", "weightInput", "weightHidden", "biasInput", "biasHidden"],
  outputs: ["y", "inputForget", "candidate", "output", "cell", "cellTanh"],
  constraints: {
    C1: "an x of [batch, time, in]",
    C2: "weights of [4 hidden, in], [4 hidden, hidden] and two biases of [4 hidden]",
  },
  infer({ x, ...rest }, _: Direction, require) {
    require("C1", x.shape.length === 3);
    require("C2", weightsFit(4, { x, ...rest }));
    const [batch = 1, time = 1] = x.shape;
    const hidden = rest.weightHidden.shape[1] ?? 1;
    const each = (width: Dim): TensorType => ({ dtype: x.dtype, shape: [multiplyDims(time, batch), width] });
    return {
      y: { dtype: x.dtype, shape: [batch, time, hidden] },
      inputForget: each(multiplyDims(hidden, 2)),
      candidate: each(hidden),
      output: each(hidden),
      cell: each(hidden),
      cellTanh: each(hidden),
    };
  },
  // The recurrence gives dz for every step; then each weight gradient is ONE product over all steps.
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
    const { inputForget, candidate, output, cell, cellTanh } = outputs;
    const [batch = 1, time = 1] = x.type.shape;
    const dz = v.at(
      g.apply("lstm_gradient", [d.y, inputForget, candidate, output, cell, cellTanh, weightHidden], attributes),
      0,
    );
    const before = shiftSteps(g, timeMajor(g, outputs.y), batch, stepsOf(time), attributes.reverse);
    const bias = v.reduceSum(g, dz, [0]);
    return {
      x: batchMajor(g, v.gemm(g, dz, weightInput), batch, time),
      weightInput: v.gemm(g, dz, timeMajor(g, x), { transA: true }),
      weightHidden: v.gemm(g, dz, before, { transA: true }),
      biasInput: bias,
      biasHidden: bias,
    };
  },
  expand(g, { x, weightInput, weightHidden, biasInput, biasHidden }, { reverse }) {
    const [batch = 1, time = 1] = x.type.shape;
    const steps = stepsOf(time);
    const hidden = weightHidden.type.shape[1] ?? 1;
    const fromInput = v.linear(g, timeMajor(g, x), weightInput, v.add(g, biasInput, biasHidden));
    const z = cutSteps(g, fromInput, batch, steps);
    const states: Value[] = [];
    const inputForgets: Value[] = [];
    const candidates: Value[] = [];
    const outputs: Value[] = [];
    const cells: Value[] = [];
    const cellTanhs: Value[] = [];
    let state: { readonly h: Value; readonly c: Value } | undefined;
    for (const t of stepOrder(steps, reverse)) {
      const sum = state === undefined ? v.at(z, t) : v.gemm(g, state.h, weightHidden, { transB: true, c: v.at(z, t) });
      const parts = v.split(g, sum, 1, [multiplyDims(hidden, 2), hidden, hidden]);
      const inputForget = v.sigmoid(g, v.at(parts, 0));
      const candidate = v.tanh(g, v.at(parts, 1));
      const output = v.sigmoid(g, v.at(parts, 2));
      const [input, forget] = v.splitTwo(g, inputForget, 1, [hidden, hidden]);
      const written = v.multiply(g, input, candidate);
      const c: Value = state === undefined ? written : v.add(g, v.multiply(g, forget, state.c), written);
      const cellTanh = v.tanh(g, c);
      const h = v.multiply(g, output, cellTanh);
      state = { h, c };
      states[t] = h;
      inputForgets[t] = inputForget;
      candidates[t] = candidate;
      outputs[t] = output;
      cells[t] = c;
      cellTanhs[t] = cellTanh;
    }
    return {
      y: batchMajor(g, v.concat(g, states, 0), batch, time),
      inputForget: v.concat(g, inputForgets, 0),
      candidate: v.concat(g, candidates, 0),
      output: v.concat(g, outputs, 0),
      cell: v.concat(g, cells, 0),
      cellTanh: v.concat(g, cellTanhs, 0),
    };
  },
  // ONNX orders the gates input, output, forget, cell.
  onnx: (w, inputs, { reverse }) => ({ y: recurrentNode(w, "LSTM", inputs, [0, 3, 1, 2], reverse) }),
  onnxOutputs: ["y"],
  // Others: two biases for each gate, five functions, three for c and one for h.
  flops: ({ x, weightHidden }) =>
    recurrentFlops(x, { weight: weightHidden, gates: 4, into: x.shape[2] ?? 1, others: 17 }),
  torch: (_w, { x, weightInput, weightHidden, biasInput, biasHidden }, { reverse }) =>
    call("lstm", x, weightInput, weightHidden, biasInput, biasHidden, named("reverse", reverse ? "True" : "False")),
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
