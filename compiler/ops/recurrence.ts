/** What the recurrent ops share: inputs [batch, time, in] are worked on as [time × batch, ..], step after step. */
import type { GraphBuilder } from "../ir/builder.ts";
import { addDims, type Dim, multiplyDims, productOf, sameShape } from "../ir/dim.ts";
import type { TensorType, Value } from "../ir/graph.ts";
import { InternalError } from "../ir/invariant.ts";
import type { Emitted, OnnxWriter } from "./onnx-writer.ts";
import * as v from "./vocabulary.ts";

export type Direction = { reverse: boolean };

/** The inputs of a recurrent layer fit: x [batch, time, in], weights [gates hidden, in] and [gates hidden, hidden], two biases. */
export function weightsFit(
  gates: number,
  types: {
    readonly x: TensorType;
    readonly weightInput: TensorType;
    readonly weightHidden: TensorType;
    readonly biasInput: TensorType;
    readonly biasHidden: TensorType;
  },
): boolean {
  const hidden = types.weightHidden.shape[1] ?? 1;
  const rows = multiplyDims(hidden, gates);
  return (
    sameShape(types.weightInput.shape, [rows, types.x.shape[2] ?? 1]) &&
    sameShape(types.weightHidden.shape, [rows, hidden]) &&
    sameShape(types.biasInput.shape, [rows]) &&
    sameShape(types.biasHidden.shape, [rows])
  );
}

/**
 * Operations of a recurrence over sequences [batch, time, ..]: at each step the products of `gates` × hidden rows with `into` numbers and with
 * the state, and so many others for each entry of the state. The first step, whose state is 0, counts like the others.
 */
export function recurrentFlops(
  { shape: [batch = 1, time = 1] }: TensorType,
  {
    weight,
    gates,
    into,
    others,
  }: { readonly weight: TensorType; readonly gates: number; readonly into: Dim; readonly others: number },
): Dim {
  const hidden = weight.shape[1] ?? 1;
  const products = productOf([2 * gates, addDims(into, hidden)]);
  return productOf([batch, time, hidden, addDims(products, others)]);
}

/** The number of steps, which must be known where a recurrence is written out step by step. */
export function stepsOf(time: Dim | undefined): number {
  if (typeof time === "number") return time;
  throw new InternalError("a recurrence is written out, but the number of frames in a clip is not fixed");
}

/** The order in which steps are taken. */
export function stepOrder(steps: number, reverse: boolean): readonly number[] {
  const order = Array.from({ length: steps }, (_, t) => t);
  return reverse ? order.reverse() : order;
}

/** [batch, time, d] as [time × batch, d]. */
export function timeMajor(g: GraphBuilder, x: Value): Value {
  const [batch = 1, time = 1, d = 1] = x.type.shape;
  return v.reshape(g, v.transpose(g, x, [1, 0, 2]), [multiplyDims(time, batch), d]);
}

/** [time × batch, d] as [batch, time, d]. */
export function batchMajor(g: GraphBuilder, x: Value, batch: Dim, time: Dim): Value {
  return v.transpose(g, v.reshape(g, x, [time, batch, x.type.shape[1] ?? 1]), [1, 0, 2]);
}

/** [time × batch, d] cut into one [batch, d] for each step. */
export function cutSteps(g: GraphBuilder, x: Value, batch: Dim, steps: number): readonly Value[] {
  if (steps === 1) return [x];
  return v.split(
    g,
    x,
    0,
    Array.from({ length: steps }, () => batch),
  );
}

/** The hidden state that each step started from, as [time × batch, hidden]: zeros at the first step taken. */
export function shiftSteps(g: GraphBuilder, states: Value, batch: Dim, steps: number, reverse: boolean): Value {
  const hidden = states.type.shape[1] ?? 1;
  const zeros = v.broadcast(g, g.scalar(0), [batch, hidden]);
  if (steps === 1) return zeros;
  const rows = multiplyDims(batch, steps);
  const kept = reverse ? v.slice(g, states, 0, batch, rows) : v.slice(g, states, 0, 0, multiplyDims(batch, steps - 1));
  return v.concat(g, reverse ? [kept, zeros] : [zeros, kept], 0);
}

/**
 * The standard recurrent node (https://onnx.ai/onnx/operators/onnx__LSTM.html, onnx__GRU.html) for a whole layer;
 * `order` lists our gates in ONNX's order.
 */
export function recurrentNode(
  w: OnnxWriter,
  type: "LSTM" | "GRU",
  inputs: {
    readonly x: Emitted;
    readonly weightInput: Emitted;
    readonly weightHidden: Emitted;
    readonly biasInput: Emitted;
    readonly biasHidden: Emitted;
  },
  order: readonly number[],
  reverse: boolean,
): string {
  const hidden = Number(inputs.weightHidden.type.shape[1]);
  const reordered = (weight: Emitted) => {
    const parts = w.nodes("Split", [weight.name, w.integers(order.map(() => hidden))], order.length, { axis: 0 });
    return w.node(
      "Concat",
      order.map((gate) => parts[gate] ?? ""),
      { axis: 0 },
    );
  };
  const first = w.integers([0]);
  const weights = [inputs.weightInput, inputs.weightHidden].map((weight) =>
    w.node("Unsqueeze", [reordered(weight), first]),
  );
  const bias = w.node("Concat", [reordered(inputs.biasInput), reordered(inputs.biasHidden)], { axis: 0 });
  const x = w.node("Transpose", [inputs.x.name], { perm: [1, 0, 2] });
  const [y = ""] = w.nodes(type, [x, ...weights, w.node("Unsqueeze", [bias, first])], 1, {
    hidden_size: hidden,
    direction: reverse ? "reverse" : "forward",
    ...(type === "GRU" ? { linear_before_reset: 1 } : {}),
  });
  // [time, 1, batch, hidden] to [batch, time, hidden].
  return w.node("Transpose", [w.node("Squeeze", [y, w.integers([1])])], { perm: [1, 0, 2] });
}
